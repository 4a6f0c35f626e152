/** Numbers, money and dates in the current locale. Times are those of Belgium, wherever the browser thinks it is. */
import { i18n } from "./messages.svelte.ts";

const TIME_ZONE = "Europe/Brussels";

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(i18n.formatLocale, options).format(value);
}

export function formatPercent(share: number, digits = 0): string {
  return formatNumber(share, { style: "percent", maximumFractionDigits: digits });
}

/** Money is whole cents everywhere. */
export function formatMoney(cents: number): string {
  return formatNumber(cents / 100, { style: "currency", currency: "EUR" });
}

/** A calendar date such as `1990-05-17`, or the Belgian date of an instant. */
export function formatDate(date: string | Date, options: Intl.DateTimeFormatOptions = { dateStyle: "medium" }): string {
  return new Intl.DateTimeFormat(i18n.formatLocale, { timeZone: TIME_ZONE, ...options }).format(instant(date));
}

export function formatTime(at: string | Date, options: Intl.DateTimeFormatOptions = { timeStyle: "short" }): string {
  return formatDate(at, options);
}

export function formatDateTime(at: string | Date): string {
  return formatDate(at, { dateStyle: "medium", timeStyle: "short" });
}

/** Minutes and seconds, with hours where there are any: `1:05:09`, `4:30`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Today, or the day of an instant, in Belgium, as `<input type="date">` and the interface write it. */
export function isoDate(at: Date = new Date()): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: TIME_ZONE,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(at);
}

/** A date without a time is noon, so that no time zone moves it to another day. */
function instant(date: string | Date): Date {
  if (date instanceof Date) return date;
  return new Date(/^\d{4}-\d{2}-\d{2}$/.test(date) ? `${date}T12:00:00Z` : date);
}
