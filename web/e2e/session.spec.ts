// Signing in, staying in, and the ways in which a session ends.
import { codeOf, expect, test } from "./desk";

test("signs in with password and code, by keyboard alone", async ({ desk, page }) => {
  const person = desk.house.staff().find((one) => one.name === "agent-17");
  await page.goto(desk.house.desk);
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("agent-17");
  await page.keyboard.press("Tab");
  await page.keyboard.type(person?.password ?? "");
  await page.keyboard.press("Tab");
  await page.keyboard.type(await desk.freshCode(person!));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("navigation", { name: "Views" })).toBeVisible();
  await expect(page.getByRole("button", { name: "You and this desk: agent-17" })).toBeVisible();
});

test("says at the field what is missing and asks nothing", async ({ desk, page }) => {
  let asked = 0;
  page.on("request", (request) => (asked += request.url().includes("/api/") ? 1 : 0));
  await page.goto(desk.house.desk);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Enter your sign-in name.")).toBeVisible();
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.getByLabel("Name").fill("agent-01");
  await page.getByLabel("Password").fill("x");
  await page.getByLabel("Code from your authenticator").fill("12");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Enter the six digits")).toBeVisible();
  await expect(page.getByLabel("Code from your authenticator")).toBeFocused();
  expect(asked).toBe(0);
});

test("a wrong password, and a code that was used, are refused with a next step", async ({ desk, page }) => {
  await desk.signIn("agent-02");
  const used = desk.house.staff().find((one) => one.name === "agent-02")!;
  const code = codeOf(used.otpauth, Math.floor(Date.now() / 30_000));
  await page.getByRole("button", { name: /agent-02/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByLabel("Name").fill("agent-02");
  await page.getByLabel("Password").fill("not the password");
  await page.getByLabel("Code from your authenticator").fill("000000");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Sign-in did not work.")).toBeVisible();
  await expect(page.getByText("A code works once, so wait for the next one.")).toBeVisible();
  await expect(page.getByLabel("Code from your authenticator")).toHaveValue("");
  await page.getByLabel("Password").fill(used.password);
  await page.getByLabel("Code from your authenticator").fill(code);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Sign-in did not work.")).toBeVisible();
});

test("too many tries wait, and say how long", async ({ desk, page }) => {
  await page.goto(desk.house.desk);
  for (let tries = 0; tries < 8; ++tries) {
    await page.getByLabel("Name").fill("nobody-here");
    await page.getByLabel("Password").fill("wrong");
    const answered = page.waitForResponse((response) => response.url().endsWith("/session"));
    await page.getByLabel("Code from your authenticator").fill("000000");
    await page.keyboard.press("Enter");
    if ((await answered).status() === 429) break;
  }
  await expect(page.getByText("Too many tries.")).toBeVisible();
  await expect(page.getByText(/Possible again in/)).toBeVisible();
});

test("signing out leaves nothing of the session in the browser", async ({ desk, page, context }) => {
  await desk.signIn("agent-03");
  expect(await context.cookies()).toEqual([]);
  await page.getByRole("button", { name: /agent-03/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to the desk" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in to the desk" })).toBeVisible();
});

test("no key can be read in the page, and no request can be sent twice", async ({ desk, page }) => {
  const caught: { url: string; headers: Record<string, string> }[] = [];
  page.on("request", (one) => void one.allHeaders().then((headers) => one.url().endsWith("/api/v1/me") && caught.push({ url: one.url(), headers })));
  await desk.signIn("agent-04");
  const told = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((done) => (indexedDB.open("bulkhead").onsuccess = (event) => done((event.target as IDBOpenDBRequest).result)));
    const read = database.transaction("session").objectStore("session").get("now");
    const session = await new Promise<{ key: { key: CryptoKey } }>((done) => (read.onsuccess = () => done(read.result)));
    return crypto.subtle.exportKey("raw", session.key.key).then(() => "exported", (error: Error) => error.name);
  });
  expect(told).toBe("InvalidAccessError");
  await expect.poll(() => caught.length).toBeGreaterThan(0);
  const { url, headers } = caught[0]!;
  const sent = { Authorization: headers.authorization!, "Bulkhead-Proof": headers["bulkhead-proof"]! };
  const again = await page.evaluate(async ([target, fields]) => (await fetch(target, { headers: fields })).json(), [url, sent] as const);
  expect(again).toMatchObject({ status: 401, type: "urn:bulkhead:reason:bad-proof" });
});

test("tabs share a session, each on its own lane, as many as one likes", async ({ desk, page, context }) => {
  test.slow();
  await desk.signIn("agent-05");
  const tabs = [];
  for (let tab = 0; tab < 9; ++tab) {
    const other = await context.newPage();
    await other.goto(desk.house.desk);
    await expect(other.locator(".row").first()).toBeVisible();
    tabs.push(other);
  }
  await page.reload();
  await expect(page.locator(".row").first()).toBeVisible();
  await tabs[8]!.bringToFront();
  await tabs[8]!.getByRole("button", { name: /agent-05/ }).click();
  await tabs[8]!.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to the desk" })).toBeVisible();
});

test("who signs in in one tab is who works in all", async ({ desk, page, context }) => {
  await desk.signIn("agent-09");
  const other = await context.newPage();
  await other.goto(desk.house.desk);
  await expect(other.locator(".row").first()).toBeVisible();
  await page.bringToFront();
  await page.getByRole("button", { name: /agent-09/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(other.getByRole("heading", { name: "Sign in to the desk" })).toBeVisible();
  await desk.signIn("agent-19");
  await expect(other.getByRole("button", { name: /agent-19/ })).toBeVisible();
  await expect(other.locator(".row").first()).toBeVisible();
  await other.bringToFront();
  await other.locator(".row").first().click();
  await expect(other.getByRole("article", { name: /^Case/ })).toBeVisible();
});

test("an account that is closed ends its session at once and says so", async ({ desk, page }) => {
  await desk.signIn("agent-24");
  desk.house.run("staff", "disable", "agent-24", "--data", desk.house.data);
  await page.reload(); // which asks for the lists anew
  await expect(page.getByRole("heading", { name: "Your session has ended" })).toBeVisible();
});

test("a restart of the house signs out, keeps the draft, and one goes on where one was", async ({ desk, page }) => {
  test.slow();
  const person = await desk.signIn("agent-06");
  const one = await desk.openMine("claimed");
  await page.getByLabel("Reply to the customer").fill("Half of a sentence");
  await expect(page.getByText("Draft kept in this browser, sealed")).toBeVisible();
  await desk.house.restart();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your session has ended" })).toBeVisible();
  await expect(page.getByText("The desk no longer knows it, as after a restart.")).toBeVisible();
  await expect(page.getByText("Drafts are kept, sealed, in this browser.")).toBeVisible();
  await desk.signIn(person.name);
  await expect(page.getByRole("article", { name: `Case ${one.number}` })).toBeVisible();
  await expect(page.getByLabel("Reply to the customer")).toHaveValue("Half of a sentence");
});

test("an idle desk shuts itself", async ({ desk, page }) => {
  await page.clock.install();
  await desk.signIn("agent-07");
  await desk.openMine("proven");
  await expect(desk.card.locator("button.seal").first()).toBeVisible();
  await page.clock.fastForward("31:00");
  await expect(page.getByText("It was idle or open for too long.")).toBeVisible();
  await expect(page.locator("section.card")).toHaveCount(0);
});

test("the demo's plain address works like the other", async ({ desk, page }) => {
  await desk.signIn("agent-08", desk.house.plainDesk);
  await expect(page.locator(".row").first()).toBeVisible();
  await desk.openMine("proven");
  await expect(desk.card.locator("button.seal").first()).toBeVisible();
});
