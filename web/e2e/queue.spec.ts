// The queue: views, keys, long lists, and nothing of a customer in it.
import { expect, test } from "./desk";

test("moves and opens by keyboard", async ({ desk, page }) => {
  await desk.signIn("agent-09");
  await expect(page.locator(".row").first()).toBeVisible();
  await page.keyboard.press("j");
  await expect(page.locator(".row").nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await expect(page.locator(".row").nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(page.locator(".row").nth(0)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: /^Case \d+$/ })).toBeVisible();
  await expect(page.locator(".row").nth(0)).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Choose a case" })).toBeVisible();
});

test("goes to each view with two keys", async ({ desk, page }) => {
  await desk.signIn("agent-10");
  for (const [key, name] of [["u", "Unassigned"], ["o", "Open"], ["c", "Closed"], ["m", "Mine"]] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(key);
    await expect(page.getByRole("link", { name: new RegExp(`^${name}`) })).toHaveAttribute("aria-current", "page");
    await expect(page.getByRole("list", { name })).toBeVisible();
  }
});

test("a list tells nothing that comes from a customer", async ({ desk, page }) => {
  const told: string[][] = [];
  page.on("response", async (response) => {
    if (!response.url().includes("/api/v1/cases?")) return;
    for (const one of (await response.json()).cases) told.push(Object.keys(one).sort());
  });
  await desk.signIn("lead-north");
  await expect(page.getByRole("link", { name: /^Open/ })).toContainText(/\d/);
  await expect.poll(() => told.length).toBeGreaterThan(50);
  for (const keys of told) expect(keys).toEqual(["assignee", "changed", "contact", "id", "mine", "number", "opened", "state", "type"]);
});

test("a long list is drawn where one looks and loads as one goes", async ({ desk, page }) => {
  await desk.signIn("agent-11");
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await expect(page.getByRole("list", { name: "Closed" })).toBeVisible();
  const loaded = async () => {
    await page.locator(".queue-rows").evaluate((list) => (list.scrollTop = list.scrollHeight));
    return desk.cases.filter((one) => one.state === "closed").length;
  };
  await expect.poll(loaded).toBeGreaterThan(250);
  expect(await page.locator(".row").count()).toBeLessThan(45);
});

test("an empty queue says what to do", async ({ desk, page }) => {
  await desk.signIn("analyst-01");
  await expect(page.getByRole("heading", { name: "Nothing waits for you" })).toBeVisible();
  await page.getByRole("region", { name: "Cases" }).getByRole("button", { name: "Find a customer" }).click();
  await expect(page.getByRole("dialog", { name: "Find a customer" })).toBeVisible();
});

test("a lead assigns a case, and it leaves the unassigned", async ({ desk, page }) => {
  await desk.signIn("lead-south");
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await page.getByRole("list", { name: "Unassigned" }).locator(".row").first().click();
  const title = await page.getByRole("article").getAttribute("aria-label");
  await page.keyboard.press("a");
  const dialog = page.getByRole("dialog", { name: `Assign case ${title?.replace("Case ", "")}` });
  await dialog.getByRole("textbox").fill("agent-01"); // of another team
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("There is nothing here any more.")).toBeVisible();
  await dialog.getByRole("textbox").fill("");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Enter a sign-in name.")).toBeVisible();
  await dialog.getByRole("textbox").fill("agent-07");
  await page.keyboard.press("Enter");
  await expect(page.getByText(`${title} is assigned to agent-07.`)).toBeVisible();
  await expect(page.getByRole("article").getByText("agent-07")).toBeVisible();
});

test("an agent is told who assigns", async ({ desk, page }) => {
  await desk.signIn("agent-12");
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await page.getByRole("list", { name: "Unassigned" }).locator(".row").first().click();
  await expect(page.getByRole("heading", { name: "This case is not yours" })).toBeVisible();
  await page.keyboard.press("a");
  await expect(page.getByRole("status").getByText("A lead assigns cases.")).toBeVisible();
});
