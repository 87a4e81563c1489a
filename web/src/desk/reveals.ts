// What is open of one customer at this moment. Clear values live here alone: they go when their time is up, when they are
// sealed, and when the case is left.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { call, type Case, type Field, type Schemas, type Value } from "../api/client";
import { fields, purposeOf, shutBecause } from "./fields";
import { readAgain } from "./queries";

export const openForMs = 90_000;

export interface Opened {
  values: Value[];
  until: number; // ms
}

export interface Reveals {
  opened: ReadonlyMap<Field, Opened>;
  busy: ReadonlySet<Field>;
  refused: unknown;
  reveal: (wanted: readonly Field[]) => Promise<void>;
  seal: (field?: Field) => void; // all without one
}

const nothing: ReadonlyMap<Field, Opened> = new Map();
const nobody: ReadonlySet<Field> = new Set();

export function useReveals(one: Case, role: Schemas["Role"]): Reveals {
  const [opened, setOpened] = useState(nothing);
  const [busy, setBusy] = useState(nobody);
  const [refused, setRefused] = useState<unknown>();
  const cache = useQueryClient();

  useEffect(() => {
    const next = Math.min(...[...opened.values()].map((field) => field.until));
    if (next === Infinity) return;
    const timer = window.setTimeout(() => {
      const now = Date.now();
      setOpened((before) => new Map([...before].filter(([, field]) => field.until > now)));
    }, next - Date.now());
    return () => window.clearTimeout(timer);
  }, [opened]);

  const reveal = useCallback(
    async (wanted: readonly Field[]) => {
      const asked = fields.filter((field) => wanted.includes(field) && !opened.has(field) && !shutBecause(field, one, role));
      if (asked.length === 0 || busy.size > 0) return;
      setBusy(new Set(asked));
      setRefused(undefined);
      try {
        const { values } = await call("post", "/api/v1/cases/{case}/reveal", {
          case: one.id,
          body: { fields: asked, purpose: purposeOf(one.type, role) },
        });
        const until = Date.now() + openForMs;
        const told = asked.map((field): [Field, Opened] => [field, { values: values.filter((value) => value.field === field), until }]);
        setOpened((before) => new Map([...before, ...told]));
      } catch (error) {
        setRefused(error);
        readAgain(cache, one.id);
      } finally {
        setBusy(nobody);
        void cache.invalidateQueries({ queryKey: ["me"] });
        void cache.invalidateQueries({ queryKey: ["disclosures"] });
      }
    },
    [one, role, opened, busy, cache],
  );

  const seal = useCallback((field?: Field) => {
    setOpened((before) => (field ? new Map([...before].filter(([name]) => name !== field)) : nothing));
  }, []);
  return { opened, busy, refused, reveal, seal };
}
