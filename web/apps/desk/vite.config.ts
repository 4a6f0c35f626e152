import { app } from "../../app.config.ts";

export default app("desk");
