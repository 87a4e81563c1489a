// A case: reveals and their end, refusals, notes, drafts, closing.
import { expect, test } from "./desk";

test("a revealed field shows, runs down and is sealed again", async ({ desk, page }) => {
  await page.clock.install();
  await desk.signIn("agent-13");
  await desk.openMine("proven");
  const email = desk.card.getByRole("button", { name: /^E-mail, sealed: .*\*\*\*@/ }).first();
  await email.focus();
  await page.keyboard.press("Space");
  const open = desk.card.locator(".open").first();
  await expect(open.locator(".value")).toContainText("@");
  await expect(open.locator(".value")).not.toContainText("***");
  await expect(open.locator(".run")).toBeVisible();
  await page.clock.fastForward("01:29");
  await expect(open.locator(".value")).toBeVisible();
  await page.clock.fastForward("00:05");
  await expect(desk.card.locator(".open")).toHaveCount(0);
  await expect(email).toBeVisible();
});

test("a task reveals what it needs and no more, for the case's purpose", async ({ desk, page }) => {
  await desk.signIn("agent-14");
  await desk.openMine("proven", "refund");
  await expect(desk.card.locator("button.seal").first()).toBeVisible();
  const asked = page.waitForRequest((request) => request.url().endsWith("/reveal"));
  await desk.card.getByRole("button", { name: "Process refund" }).click();
  expect((await asked).postDataJSON()).toEqual({
    fields: ["travel.ticket", "payment.card_brand", "payment.card_last4", "payment.billing_name", "payment.iban"],
    purpose: "refund",
  });
  await expect(desk.card.getByRole("region", { name: "Payment" }).locator(".value").first()).toBeVisible();
  await expect(desk.seals("Contact").first()).toBeVisible();
  await expect(desk.card.getByRole("region", { name: "Contact" }).locator(".value")).toHaveCount(0);
});

test("everything is sealed again by a key, and on leaving", async ({ desk, page }) => {
  await desk.signIn("agent-15");
  const one = await desk.openMine("proven");
  await expect(desk.card.locator("button.seal").first()).toBeVisible();
  await page.keyboard.press("v");
  await expect(desk.card.locator(".value").first()).toBeVisible();
  await page.keyboard.press("s");
  await expect(desk.card.locator(".value")).toHaveCount(0);
  await page.keyboard.press("v");
  const value = await desk.card.locator(".value").first().textContent();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Choose a case" })).toBeVisible();
  await desk.openCase(one);
  await expect(desk.card.locator("button.seal").first()).toBeVisible();
  await expect(desk.card.getByText(value ?? "", { exact: true })).toHaveCount(0);
});

test("without proven contact the conversation and personal fields stay shut, and names open", async ({ desk, page }) => {
  await desk.signIn("agent-16");
  await desk.openMine("none");
  await expect(desk.talk.getByText("The conversation is sealed")).toBeVisible();
  await expect(page.getByRole("article").getByText("Contact not proven")).toBeVisible();
  await expect(desk.seals("Contact")).toHaveCount(1); // the country
  await expect(desk.card.getByRole("region", { name: "Contact" }).locator(".seal.shut").first()).toBeVisible();
  await desk.card.getByRole("button", { name: /^Given name, sealed/ }).click();
  await expect(desk.card.getByRole("region", { name: "Identity" }).locator(".value")).toHaveCount(1);
  await expect(page.getByText("Opened", { exact: true }).first()).toBeVisible();
});

test("over budget nothing opens, and it says what to do next", async ({ desk, page }) => {
  await desk.signIn("agent-01");
  await expect.poll(() => desk.cases.filter((one) => one.mine && one.state !== "closed" && one.contact === "none").length).toBeGreaterThan(3);
  const cold = desk.cases.filter((one) => one.mine && one.state !== "closed" && one.contact === "none");
  for (const one of cold.slice(0, 3)) {
    await desk.openCase(one);
    await desk.card.getByRole("button", { name: /^Family name, sealed/ }).click();
    await expect(desk.card.locator(".value")).toHaveCount(1);
  }
  await desk.openCase(cold[3]!);
  await desk.card.getByRole("button", { name: /^Family name, sealed/ }).click();
  await expect(page.getByText("Your budget for now is used up.")).toBeVisible();
  await expect(page.getByText(/Ask a lead, .* Possible again in \d+ second/)).toBeVisible();
  await expect(desk.card.locator(".value")).toHaveCount(0);
  await expect(desk.card.getByRole("region", { name: "What I opened" }).getByText("Refused")).toBeVisible();
});

test("the ring counts people and says what they are", async ({ desk, page }) => {
  await desk.signIn("agent-18");
  const ring = page.getByRole("button", { name: /customers left this hour/ });
  await expect(ring).toContainText("60");
  await desk.openMine("proven");
  await expect(ring).toContainText("59");
  await ring.click();
  const meter = page.getByRole("dialog", { name: "What you may still open" });
  await expect(meter.getByRole("row", { name: /opened, contact claimed or proven/ })).toContainText("59 of 60");
  await meter.getByRole("button", { name: "What I opened" }).click();
  await expect(page.getByRole("dialog", { name: "What I opened" }).getByText("Seen masked")).toBeVisible();
});

test("a note is added by keyboard and still there after a reload", async ({ desk, page }) => {
  await desk.signIn("agent-19");
  await desk.openMine("proven");
  await page.keyboard.press("n");
  await expect(page.getByLabel("Note for colleagues")).toBeFocused();
  await page.keyboard.type("Called back. <img src=x onerror=alert(1)> stays text.");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Note added.")).toBeVisible();
  await page.reload();
  await expect(desk.talk.locator(".said.note").last()).toContainText("<img src=x onerror=alert(1)> stays text.");
  await expect(page.locator("img")).toHaveCount(0);
});

test("a reply is added, and an empty or endless one told at the field", async ({ desk, page }) => {
  await desk.signIn("agent-20");
  await desk.openMine("claimed");
  await page.keyboard.press("r");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Write something first.")).toBeVisible();
  const text = page.getByLabel("Reply to the customer");
  await text.fill("é".repeat(32_769));
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("This is too long: 65,538 of 65,536 bytes.")).toBeVisible();
  await text.fill("é".repeat(32_768));
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Reply added.")).toBeVisible();
  await expect(text).toHaveValue("");
  await expect(desk.talk.locator(".said.to").last()).toContainText("éééé");
});

test("drafts of each case and kind are kept through everything", async ({ desk, page }) => {
  await desk.signIn("agent-21");
  const one = await desk.openMine("proven");
  const other = desk.cases.find((candidate) => candidate.mine && candidate.state !== "closed" && candidate.id !== one.id)!;
  await page.getByLabel("Reply to the customer").fill("First reply");
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await page.keyboard.type("First note");
  await desk.openCase(other);
  await expect(page.getByLabel("Reply to the customer")).toHaveValue("");
  await page.getByLabel("Reply to the customer").fill("Second reply");
  await expect(page.getByText("Draft kept in this browser, sealed")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Reply to the customer")).toHaveValue("Second reply");
  await desk.openCase(one);
  await expect(page.getByLabel("Reply to the customer")).toHaveValue("First reply");
  await page.keyboard.press("n");
  await expect(page.getByLabel("Note for colleagues")).toHaveValue("First note");
});

test("closing can be taken back, and then it is done", async ({ desk, page }) => {
  await page.clock.install();
  await desk.signIn("agent-22");
  const one = await desk.openMine("claimed");
  await expect(desk.talk.locator(".said").first()).toBeVisible();
  await page.keyboard.press("x");
  await expect(page.getByText(`Case ${one.number} is being closed.`)).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(desk.talk).toBeVisible();
  const closed = page.waitForResponse((response) => response.url().endsWith("/close"));
  await page.keyboard.press("x");
  await page.clock.fastForward("00:06");
  expect((await closed).status()).toBe(200);
  await expect(page.getByText("This case is closed. Its customer's data stays sealed.")).toBeVisible();
  await expect(page.getByRole("link", { name: new RegExp(`#${one.number}\\b`) })).toHaveCount(0);
});

test("a colleague's case stays shut", async ({ desk, page }) => {
  await desk.signIn("agent-23");
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await expect.poll(() => desk.cases.some((one) => one.assignee && !one.mine)).toBe(true);
  let asked = 0;
  page.on("request", (request) => (asked += /\/(record|messages|reveal)$/.test(request.url()) ? 1 : 0));
  await desk.openCase(desk.cases.find((one) => one.assignee && !one.mine && one.state !== "closed")!);
  await expect(page.getByRole("heading", { name: "This case is not yours" })).toBeVisible();
  expect(asked).toBe(0);
});
