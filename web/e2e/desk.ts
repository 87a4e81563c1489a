// What the tests do at the desk, and what no page of it may ever do: break its policy, ask a third party, or fail in
// silence. A test that takes `desk` watches for these by itself.
import { createHmac } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { House, type Staff } from "./house";

export { expect };

export interface CaseFacts {
  id: string;
  number: number;
  type: string;
  state: string;
  contact: "none" | "claimed" | "proven";
  assignee: string | null;
  mine: boolean;
}

// RFC 6238, as an authenticator app computes it.
export function codeOf(otpauth: string, step: number): string {
  const secret = new URL(otpauth).searchParams.get("secret") ?? "";
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const stepMs = 30_000;

export class Desk {
  readonly house = House.current();
  cases: CaseFacts[] = []; // all that any list has told this page

  constructor(readonly page: Page) {
    page.on("response", async (response) => {
      if (!/\/api\/v1\/cases\?/.test(response.url()) || !response.ok()) return;
      const told = await response.json().catch(() => ({ cases: [] }));
      for (const one of told.cases as CaseFacts[]) {
        this.cases = [...this.cases.filter((known) => known.id !== one.id), one];
      }
    });
  }

  // Each code works once, so nobody signs in twice with the same: `used` is shared by all tests of a run.
  async signIn(name: string, at = this.house.desk): Promise<Staff> {
    const person = this.house.staff().find((one) => one.name === name);
    if (!person) throw new Error(`nobody is called ${name}`);
    if (!this.page.url().startsWith(at)) await this.page.goto(at);
    await this.page.getByLabel("Name").or(this.page.getByLabel("Nom")).or(this.page.getByLabel("Naam")).first().fill(name);
    await this.page.locator("[name=password]").fill(person.password);
    const answered = this.page.waitForResponse((response) => response.url().endsWith("/api/v1/session"));
    await this.page.locator("[name=code]").fill(await this.freshCode(person));
    await this.page.locator("[name=code]").press("Enter");
    expect((await answered).status()).toBe(200);
    await expect(this.page.locator(".desk")).toBeVisible();
    return person;
  }

  async freshCode(person: Staff): Promise<string> {
    const file = join(this.house.folder, "used.json");
    const used = JSON.parse(readFileSync(file, "utf8")) as Record<string, number>;
    // The keeper takes a code of the step before and after as well.
    const step = Math.max(Math.floor(Date.now() / stepMs), (used[person.name] ?? 0) + 1);
    await expect.poll(() => Math.floor(Date.now() / stepMs) >= step - 1, { timeout: 2 * stepMs }).toBe(true);
    writeFileSync(file, JSON.stringify({ ...used, [person.name]: step }));
    return codeOf(person.otpauth, step);
  }

  // Opens the first of my cases with such a contact.
  async openMine(contact: CaseFacts["contact"], type?: string): Promise<CaseFacts> {
    const fits = (one: CaseFacts) => one.mine && one.state !== "closed" && one.contact === contact && (!type || one.type === type);
    await expect.poll(() => this.cases.some(fits), { message: `a case of mine with contact ${contact}` }).toBe(true);
    const one = this.cases.find(fits) as CaseFacts;
    await this.openCase(one);
    return one;
  }
  async openCase(one: CaseFacts): Promise<void> {
    await this.page.goto(`${new URL(this.page.url()).origin}/#/mine/${one.id}`);
    await expect(this.page.getByRole("article", { name: `${one.number}` })).toBeVisible();
  }

  get card(): Locator {
    return this.page.locator("section.card");
  }
  get talk(): Locator {
    return this.page.locator("section.talk");
  }
  seals(compartment: string): Locator {
    return this.card.getByRole("region", { name: compartment }).locator("button.seal");
  }
}

export const test = base.extend<{ desk: Desk }>({
  desk: async ({ page }, use) => {
    const wrong: string[] = [];
    const house = House.current();
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`policy broken: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
      );
    });
    page.on("console", (message) => {
      const text = message.text();
      if (text.startsWith("policy broken") || text.includes("Content Security Policy") || text.includes("TrustedHTML")) wrong.push(text);
    });
    page.on("pageerror", (error) => wrong.push(`script failed: ${error.stack}`));
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (!["blob:", "data:"].includes(protocol) && ![house.desk, house.plainDesk].includes(origin)) wrong.push(`asked ${request.url()}`);
    });
    await use(new Desk(page));
    expect(wrong, "what no page may do").toEqual([]);
  },
});

export const screens = "../build/screens";
mkdirSync(screens, { recursive: true });
