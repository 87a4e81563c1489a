// Finding a customer: a hit, a miss, and what cannot be an identifier.
import { expect, test } from "./desk";

test("finds one by an exact identifier and opens a case for them", async ({ desk, page }) => {
  await desk.signIn("agent-02");
  await desk.openMine("proven");
  await desk.card.getByRole("button", { name: /^E-mail, sealed/ }).first().click();
  const email = (await desk.card.getByRole("region", { name: "Contact" }).locator(".value").first().textContent()) ?? "";
  await page.keyboard.press("/");
  const dialog = page.getByRole("dialog", { name: "Find a customer" });
  await expect(dialog.getByLabel("Value")).toBeFocused();
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("One customer found")).toBeVisible();
  await dialog.getByLabel("What is it about?").selectOption("baggage");
  await dialog.getByRole("button", { name: "Open case" }).click();
  await expect(page.getByRole("heading", { name: "Baggage" })).toBeVisible();
  await expect(page.getByRole("article").getByText("Contact not proven")).toBeVisible();
  await expect(desk.card.getByRole("button", { name: /^Given name, sealed/ })).toBeVisible();
  expect(page.url()).not.toContain("@");
});

test("a miss counts and says what to ask", async ({ desk, page }) => {
  await desk.signIn("agent-10");
  await page.keyboard.press("/");
  await page.keyboard.type("nobody.at.all@example.org");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Nobody found")).toBeVisible();
  await expect(page.getByText(/ask for another identifier. 29 more misses are possible this hour/)).toBeVisible();
});

test("what cannot be one is told at the field, and nothing is lost", async ({ desk, page }) => {
  await desk.signIn("agent-11");
  await page.keyboard.press("/");
  const dialog = page.getByRole("dialog", { name: "Find a customer" });
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Enter what to look for.")).toBeVisible();
  await dialog.getByLabel("Identifier").selectOption("phone");
  await dialog.getByLabel("Value").fill("not a number");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("This does not look like one. With its country: +31 6 12345678.")).toBeVisible();
  await expect(dialog.getByLabel("Value")).toHaveValue("not a number");
});
