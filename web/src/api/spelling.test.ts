import { expect, test } from "vitest";
import { canonicalJson, caseQuery } from "./spelling";

test("members stand in the order of their names, without blanks", () => {
  expect(canonicalJson({ purpose: "service", fields: ["contact.email", "contact.phone"] })).toBe(
    '{"fields":["contact.email","contact.phone"],"purpose":"service"}',
  );
});

test("texts are escaped as RFC 8785 wants, and no more", () => {
  expect(canonicalJson({ text: '"\\\b\f\n\r\t\u0001\u007f/é€😀\u2028' })).toBe('{"text":"\\"\\\\\\b\\f\\n\\r\\t\\u0001\u007f/é€😀\u2028"}');
});

test("halves of a pair, which UTF-8 cannot write, are replaced", () => {
  expect(canonicalJson({ text: "a\ud83d" })).toBe('{"text":"a\ufffd"}');
  expect(canonicalJson({ text: "\ude00b", list: ["\ud83dx"] })).toBe('{"list":["\ufffdx"],"text":"\ufffdb"}');
});

test("queries name nothing that has its default", () => {
  expect(caseQuery("mine", 0, 50)).toBe("view=mine");
  expect(caseQuery("closed", 17, 100)).toBe("view=closed&after=17&limit=100");
});
