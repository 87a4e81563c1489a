import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { lanesMax, LaneCounter, takeLane } from "./lanes";
import { clear } from "./store";

const session = "c2Vzc2lvbiBvZiBhIHRlc3Q";

// Web Locks as a browser has them for one tab after the other: what is held stays held until `locks.clear()`.
const locks = new Set<string>();
beforeEach(async () => {
  locks.clear();
  await clear("lanes");
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: {
      locks: {
        request: async (name: string, _: object, act: (lock: object | null) => unknown) => {
          if (locks.has(name)) return act(null);
          locks.add(name);
          return act({});
        },
      },
    },
  });
});

function keeper() {
  let open = 1;
  return async (over: LaneCounter) => {
    await over.take();
    if (open === lanesMax) throw new Error("too many");
    return open++;
  };
}

test("counters rise and none comes twice, in one tab and over reloads", async () => {
  const taken: number[] = [];
  for (let reload = 0; reload < 3; ++reload) {
    const counter = new LaneCounter(1, session, false);
    taken.push(...(await Promise.all(Array.from({ length: 40 }, () => counter.take()))));
  }
  expect(taken[0]).toBe(1);
  expect(new Set(taken).size).toBe(120);
  expect([...taken].sort((a, b) => a - b)).toEqual(taken);
});

test("tabs that share a lane take turns without a gap", async () => {
  const tabs = [new LaneCounter(0, session, true), new LaneCounter(0, session, true)];
  const taken = await Promise.all(Array.from({ length: 20 }, (_, at) => (tabs[at % 2] as LaneCounter).take()));
  expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
});

test("each tab has a lane of its own, and those beyond share lane 0", async () => {
  const openLane = keeper();
  const lanes = [];
  for (let tab = 0; tab < lanesMax + 2; ++tab) lanes.push((await takeLane(session, openLane)).lane);
  expect(lanes).toEqual([1, 2, 3, 4, 5, 6, 7, 0, 0, 0]);
});

test("a tab that comes back takes a lane that is free", async () => {
  const openLane = keeper();
  await takeLane(session, openLane);
  await takeLane(session, openLane);
  locks.delete(`bulkhead lane ${session}/1`);
  expect((await takeLane(session, openLane)).lane).toBe(1);
});

test("a keeper that gives no lane leaves the shared one", async () => {
  const refuse = () => Promise.reject(new Error("refused"));
  expect((await takeLane(session, refuse)).lane).toBe(0);
});
