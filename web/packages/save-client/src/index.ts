export { startSaving, type SaveClient, type SaveState } from "./client.ts";
export { sha256 } from "./crypt.ts";
export { authorization, forgetDevice, heed, isEnrolled, newKey, signer } from "./device.ts";
export {
  addStep,
  answersHere,
  countPlay,
  endInterrupted,
  forgetOthers,
  isOwed,
  keep,
  keepersOf,
  keptBytes,
  keptJson,
  lastHeard,
  notePlays,
  openJournal,
  playsOf,
  stepDone,
  steps,
  takeUp,
  unsentAnswers,
  type Heard,
  type Journal,
  type Step,
} from "./journal.ts";
export { rescueFile } from "./rescue.ts";
export type {
  AnswerEvent,
  AttemptState,
  ItemResponse,
  OpenedAttempt,
  Refusal,
  SavedAnswers,
  Transport,
} from "./types.ts";
