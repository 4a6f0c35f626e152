export { default as Alert } from "./components/Alert.svelte";
export { default as Badge } from "./components/Badge.svelte";
export { default as Button } from "./components/Button.svelte";
export { default as Card } from "./components/Card.svelte";
export { default as Chart, type Series } from "./components/Chart.svelte";
export { default as Checkbox } from "./components/Checkbox.svelte";
export { default as DateField } from "./components/DateField.svelte";
export { default as DefinitionList } from "./components/DefinitionList.svelte";
export { default as Dialog } from "./components/Dialog.svelte";
export { default as EmptyState } from "./components/EmptyState.svelte";
export { default as Field, type FieldAttributes } from "./components/Field.svelte";
export { default as LanguageSelect } from "./components/LanguageSelect.svelte";
export { default as Loading } from "./components/Loading.svelte";
export { default as Mark } from "./components/Mark.svelte";
export { default as Page } from "./components/Page.svelte";
export { default as Pagination } from "./components/Pagination.svelte";
export { default as Plot, type PlotPoint, type PlotSeries } from "./components/Plot.svelte";
export { default as Progress } from "./components/Progress.svelte";
export { default as RadioGroup } from "./components/RadioGroup.svelte";
export { default as SelectField } from "./components/SelectField.svelte";
export { default as Table, type Column } from "./components/Table.svelte";
export { default as Tabs } from "./components/Tabs.svelte";
export { default as TextArea } from "./components/TextArea.svelte";
export { default as TextField } from "./components/TextField.svelte";
export { default as Timeline } from "./components/Timeline.svelte";
export { default as Toasts } from "./components/Toasts.svelte";
export { csvText, downloadCsv, type Cell } from "./helpers/csv.ts";
export { live, type Live } from "./helpers/live.svelte.ts";
export { resource, type Resource } from "./helpers/resource.svelte.ts";
export {
  href,
  location,
  matchPath,
  matchRoute,
  navigate,
  query,
  setQuery,
  startRouter,
  type Route,
} from "./helpers/router.svelte.ts";
export { chooseAgency, currentAgency, hasRole, login, logout, session, type Whoami } from "./helpers/session.svelte.ts";
export { submission, type Submission } from "./helpers/submission.svelte.ts";
export { announce, toast } from "./helpers/toast.svelte.ts";
export { uiMessages } from "./messages.ts";
