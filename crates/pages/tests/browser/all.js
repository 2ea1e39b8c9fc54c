import "./client.js";
import "./same.js";
import { run } from "./check.js";

await run();
