export { default as Item } from "./Item.svelte";
export { default as RecordingPlayer } from "./RecordingPlayer.svelte";
export { itemMessages } from "./messages.ts";
export { levelMeter, openMicrophone, preferredMime, startRecorder, type Recorder } from "./recorder.ts";
export { splitSegments } from "./segments.ts";
export { countWords, interactionsOf, isAnswered, plainText } from "./text.ts";
export type { DeliveryItem, Host, Node, RecordingHost, Response, Responses } from "./types.ts";
