export { startSaving, type SaveClient, type SaveState } from "./client.ts";
export { authorization, forgetDevice, heed, isEnrolled, newKey } from "./device.ts";
export { endInterrupted, forgetOthers, openJournal, takeUp, unsentAnswers, type Journal } from "./journal.ts";
export type {
  AnswerEvent,
  AttemptState,
  ItemResponse,
  OpenedAttempt,
  Refusal,
  SavedAnswers,
  Transport,
} from "./types.ts";
