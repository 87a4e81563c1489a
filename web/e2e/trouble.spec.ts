// When the network or the ledger is away: what is on the screen stays, drafts are kept, and the desk says so.
import { expect, test } from "./desk";

test("without a connection it says so, keeps the draft, and goes on afterwards", async ({ desk, page, context }) => {
  await desk.signIn("agent-03");
  await desk.openMine("proven");
  await expect(desk.talk.locator(".said").first()).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText("No connection to the desk.")).toBeVisible();
  await page.keyboard.press("n");
  await page.keyboard.type("Written in a tunnel");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("No answer from the desk.")).toBeVisible();
  await expect(page.getByLabel("Note for colleagues")).toHaveValue("Written in a tunnel");
  await expect(desk.talk.locator(".said").first()).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText("No connection to the desk.")).toBeHidden();
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByText("Note added.")).toBeVisible();
});

test("when nothing can be recorded nothing opens, and the rest goes on", async ({ desk, page }) => {
  await desk.signIn("agent-04");
  await page.route("**/record", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ type: "urn:bulkhead:reason:ledger", title: "x", status: 503, detail: "x" }),
    }),
  );
  await desk.openMine("claimed");
  await expect(page.getByText("Nothing can be recorded now, so nothing opens.")).toBeVisible();
  await expect(desk.card.getByText("The ledger cannot be written, so nothing opens.")).toBeVisible();
  await page.unroute("**/record");
  await desk.card.getByRole("button", { name: "Try again" }).click();
  await expect(desk.card.locator("button.seal").first()).toBeVisible();
});

test("an answer that is none of ours is not shown", async ({ desk, page }) => {
  await desk.signIn("agent-08");
  await page.route("**/messages", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>proxy secret</h1>" }));
  await desk.openMine("claimed");
  await expect(desk.talk.getByText("This did not work.")).toBeVisible();
  await expect(page.getByText("proxy secret")).toHaveCount(0);
});
