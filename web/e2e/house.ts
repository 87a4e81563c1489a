// A demo house of the tests' own: started on free ports before them, stopped after them, and gone afterwards.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const programs = resolve(process.env.BULKHEAD_PROGRAMS ?? "../build/release");
const customers = "12000";

export interface Staff {
  name: string;
  role: string;
  team: string;
  password: string;
  otpauth: string;
}

export class House {
  private constructor(readonly folder: string) {}

  static make(): House {
    const house = new House(mkdtempSync(join(tmpdir(), "bulkhead-e2e-")));
    chmodSync(house.folder, 0o755); // the keeper's own user has to reach it
    house.run("init", "--demo", "--data", house.data, "--key", join(house.folder, "root.key"));
    return house;
  }
  // The one that the set-up made, as a test's process finds it.
  static current(): House {
    return new House(process.env.BULKHEAD_E2E_HOUSE ?? "");
  }

  get data(): string {
    return join(this.folder, "data");
  }
  get desk(): string {
    return `https://desk.localhost:${this.ports().desk}`;
  }
  get plainDesk(): string {
    return `http://desk.localhost:${this.ports().plain}`;
  }
  ports(): { desk: number; api: number; plain: number } {
    return JSON.parse(readFileSync(join(this.data, "ports.json"), "utf8"));
  }
  staff(): Staff[] {
    return JSON.parse(readFileSync(join(this.data, "demo-sign-ins.json"), "utf8")).staff;
  }
  run(...words: string[]): string {
    return execFileSync(join(programs, "bulkhead"), words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  async start(ports = { desk: 0, api: 0, plain: 0 }): Promise<void> {
    const words = ["serve", "--demo", "--data", this.data, "--key", join(this.folder, "root.key")];
    words.push("--desk-port", String(ports.desk), "--api-port", String(ports.api), "--plain-port", String(ports.plain));
    if (process.getuid?.() === 0 && !hasUsers()) words.push("--same-user");
    const log: string[] = [];
    const child: ChildProcess = spawn(join(programs, "bulkhead"), words, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout?.on("data", (text) => log.push(String(text)));
    child.stderr?.on("data", (text) => log.push(String(text)));
    await until(() => {
      if (child.exitCode !== null) throw new Error(`the house ended at once:\n${log.join("")}`);
      return existsSync(join(this.data, "ready"));
    });
  }
  async stop(): Promise<void> {
    this.run("stop", "--data", this.data);
    await until(() => !existsSync(join(this.data, "ready")));
  }
  // As after a crash or an update: the same ports, the same data, and no session any more.
  async restart(): Promise<void> {
    const ports = this.ports();
    await this.stop();
    await this.start(ports);
  }
}

function hasUsers(): boolean {
  return readFileSync("/etc/passwd", "utf8").includes("bulkhead-keeper:");
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; ++tries) {
    if (holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("the house does not answer within half a minute");
}

export default async function setUp(): Promise<() => Promise<void>> {
  const house = House.make();
  process.env.BULKHEAD_E2E_HOUSE = house.folder;
  await house.start();
  house.run("demo", "--customers", customers, "--seed", "1", "--data", house.data);
  writeFileSync(join(house.folder, "used.json"), "{}");
  return async () => {
    await house.stop().catch(() => undefined);
    rmSync(house.folder, { recursive: true, force: true });
  };
}
