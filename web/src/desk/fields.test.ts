import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Case } from "../api/client";
import { compartments, fieldClasses, fields, fieldsOf, opensConversation, purposeOf, shutBecause, taskFields } from "./fields";

const catalogue = JSON.parse(readFileSync(new URL("../../../tests/vectors/desk/fields.json", import.meta.url), "utf8"));
const one = (contact: Case["contact"], type: Case["type"] = "question") => ({ contact, type });

test("the catalogue is the keeper's, in its order", () => {
  expect(fields.map((field) => ({ field, class: fieldClasses[field] }))).toEqual(catalogue);
});

test("each contact opens its classes", () => {
  expect(shutBecause("identity.given_name", one("none"), "agent")).toBeUndefined();
  expect(shutBecause("contact.email", one("none"), "agent")).toBe("contact");
  expect(shutBecause("contact.email", one("claimed"), "agent")).toBeUndefined();
  expect(shutBecause("identity.document_number", one("claimed"), "lead")).toBe("contact");
  expect(shutBecause("identity.document_number", one("proven"), "lead")).toBeUndefined();
  expect(opensConversation(one("none"), "agent")).toBe(false);
  expect(opensConversation(one("claimed"), "agent")).toBe(true);
  expect(opensConversation(one("none"), "privacy-officer")).toBe(true);
});

test("bank details open for a refund alone", () => {
  expect(purposeOf("eu261", "agent")).toBe("refund");
  expect(purposeOf("question", "agent")).toBe("service");
  expect(purposeOf("refund", "privacy-officer")).toBe("access-request");
  expect(shutBecause("payment.iban", one("proven", "refund"), "agent")).toBeUndefined();
  expect(shutBecause("payment.iban", one("proven"), "agent")).toBe("purpose");
});

test("every field but those of the conversation has its place on the card", () => {
  const shown = compartments.flatMap(fieldsOf);
  expect(shown).toHaveLength(fields.length - 3);
  for (const task of Object.values(taskFields)) expect(shown).toEqual(expect.arrayContaining(task));
});
