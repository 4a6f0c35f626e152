export {
  t,
  i18n,
  useLocale,
  startI18n,
  rememberedLocale,
  spokenLocale,
  directionOf,
  type Locale,
  type Messages,
} from "./messages.svelte.ts";
export {
  formatNumber,
  formatMoney,
  formatDate,
  formatTime,
  formatDateTime,
  formatDuration,
  formatPercent,
  isoDate,
} from "./format.ts";
