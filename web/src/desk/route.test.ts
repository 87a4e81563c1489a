import { expect, test } from "vitest";
import { addressOf, placeOf } from "./route";

const id = "00112233445566778899aabbccddeeff";

test("addresses lead back to their place", () => {
  expect(placeOf(addressOf("closed", id))).toEqual({ view: "closed", caseId: id });
  expect(placeOf(addressOf("unassigned"))).toEqual({ view: "unassigned", caseId: undefined });
});

test("any other address is the start", () => {
  const start = { view: "mine", caseId: undefined };
  for (const hash of ["", "#", "#/", "#/elsewhere", "#/mine/../../x", `#/mine/${id}x`, `#/mine/${id.toUpperCase()}`, "#/mine/<script>"])
    expect(placeOf(hash)).toEqual(start);
});
