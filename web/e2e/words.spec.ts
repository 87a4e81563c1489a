// French and Dutch, chosen by the browser or by hand; and the sheet of keys.
import { expect, test } from "./desk";

test.describe("in French", () => {
  test.use({ locale: "fr-FR" });
  test("the whole way speaks French", async ({ desk, page }) => {
    await page.goto(desk.house.desk);
    await expect(page.locator("html")).toHaveAttribute("lang", "fr");
    await expect(page.getByRole("heading", { name: "Se connecter au guichet" })).toBeVisible();
    await page.getByRole("button", { name: "Se connecter" }).click();
    await expect(page.getByText("Saisissez votre nom de connexion.")).toBeVisible();
    await desk.signIn("agent-13");
    await desk.openMine("proven");
    await expect(desk.card.getByRole("region", { name: "Identité" })).toBeVisible();
    await desk.card.getByRole("button", { name: /^Prénom, scellé/ }).click();
    await expect(desk.card.locator(".value").first()).toBeVisible();
    await page.keyboard.press("/");
    await page.keyboard.type("personne@example.org");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Personne trouvé")).toBeVisible();
  });
});

test.describe("in Dutch", () => {
  test.use({ locale: "nl-BE" });
  test("the whole way speaks Dutch", async ({ desk, page }) => {
    await page.goto(desk.house.desk);
    await expect(page.getByRole("heading", { name: "Aanmelden bij de balie" })).toBeVisible();
    await desk.signIn("agent-14");
    await desk.openMine("none");
    await expect(desk.talk.getByText("Het gesprek is verzegeld")).toBeVisible();
    await expect(desk.card.getByRole("region", { name: "Betaling" })).toBeVisible();
  });
});

test("a language and a look chosen by hand stay chosen", async ({ desk, page }) => {
  await desk.signIn("agent-16");
  await page.getByRole("button", { name: /agent-16/ }).click();
  await page.getByRole("menuitemradio", { name: "Nederlands" }).click();
  await expect(page.getByRole("link", { name: /^Van mij/ })).toBeVisible();
  await page.getByRole("button", { name: /agent-16/ }).click();
  await page.getByRole("menuitemradio", { name: "Donker" }).click();
  await page.reload();
  await expect(page.getByRole("link", { name: /^Van mij/ })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-look", "dark");
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(14, 19, 26)");
});

test("the keys are shown on ?, and letters type while one writes", async ({ desk, page }) => {
  await desk.signIn("agent-20");
  await expect(page.locator(".row").first()).toBeVisible();
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await expect(sheet.getByText("Reveal the focused field")).toBeVisible();
  await page.keyboard.press("j"); // nothing moves underneath
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await desk.openMine("proven");
  await page.keyboard.press("r");
  await page.keyboard.type("jjkk?/ngu");
  await expect(page.getByLabel("Reply to the customer")).toHaveValue("jjkk?/ngu");
});
