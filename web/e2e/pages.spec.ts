// Each page in each size, light and dark: kept as pictures to be looked at, and searched by axe for what keeps people out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { expect, screens, test, type Desk } from "./desk";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const sizes = [{ width: 1440, height: 900 }, { width: 1024, height: 768 }, { width: 390, height: 844 }];

interface Finding {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

async function findings(page: Page): Promise<string[]> {
  // Run past the page's policy, as an extension would; the page itself could not load it.
  const world = await page.context().newCDPSession(page);
  if (!(await page.evaluate(() => "axe" in window))) await world.send("Runtime.evaluate", { expression: axe });
  const run = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then((told) => JSON.stringify(told.violations))`;
  const { result } = await world.send("Runtime.evaluate", { expression: run, awaitPromise: true });
  await world.detach();
  return (JSON.parse(result.value as string) as Finding[])
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const size of sizes) {
      await page.setViewportSize(size);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, `${name} at ${size.width} px scrolls sideways`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `${screens}/${name}-${size.width}-${colorScheme}.png` });
      // What differs between sizes shows at the ends, and colours are the same in all.
      if (colorScheme === "light" ? size.width !== 1024 : size.width === 1440)
        expect(await findings(page), `${name} at ${size.width} px, ${colorScheme}`).toEqual([]);
    }
  }
  await page.setViewportSize(sizes[0]!);
}

const pages: { name: string; as?: string; open: (desk: Desk, page: Page) => Promise<void> }[] = [
  {
    name: "sign-in",
    open: async (desk, page) => {
      await page.goto(desk.house.desk);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByText("Enter your password.")).toBeVisible();
    },
  },
  { name: "queue", as: "lead-north", open: async (_desk, page) => {
    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await expect(page.getByRole("list", { name: "Open" }).locator(".row").first()).toBeVisible();
  } },
  { name: "empty", as: "analyst-02", open: async (_desk, page) => expect(page.getByText("Nothing waits for you")).toBeVisible() },
  { name: "case", as: "agent-17", open: async (desk, page) => {
    await desk.openMine("proven");
    await expect(desk.talk.locator(".said").first()).toBeVisible();
    await expect(desk.card.locator("button.seal").first()).toBeVisible();
    await page.keyboard.press("v");
    await expect(desk.card.locator(".value").first()).toBeVisible();
  } },
  { name: "case-sealed", as: "agent-04", open: async (desk) => {
    await desk.openMine("none");
    await expect(desk.card.locator("button.seal").first()).toBeVisible();
  } },
  { name: "case-foreign", as: "agent-05", open: async (_desk, page) => {
    await page.keyboard.press("g");
    await page.keyboard.press("u");
    await page.getByRole("list", { name: "Unassigned" }).locator(".row").first().click();
    await expect(page.getByRole("heading", { name: "This case is not yours" })).toBeVisible();
  } },
  { name: "find", as: "agent-07", open: async (_desk, page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("nobody@example.org");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Nobody found")).toBeVisible();
  } },
  { name: "budget", as: "agent-12", open: async (_desk, page) => {
    await page.getByRole("button", { name: /left this hour/ }).click();
    await expect(page.getByText("Counted in people, not in clicks.")).toBeVisible();
  } },
  { name: "keys", as: "agent-18", open: async (_desk, page) => {
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  } },
];

for (const { name, as, open } of pages) {
  test(`${name} looks right and keeps nobody out`, async ({ desk, page }) => {
    test.slow();
    if (as) await desk.signIn(as);
    await open(desk, page);
    await look(page, name);
  });
}

test("what moves stands still where that is asked for", async ({ desk, page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await desk.signIn("agent-22");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await expect(sheet).toBeVisible();
  expect(await sheet.evaluate((one) => parseFloat(getComputedStyle(one).animationDuration))).toBeLessThanOrEqual(0.001);
});
