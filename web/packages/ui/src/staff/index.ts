export { startStaffApp } from "./start.ts";
