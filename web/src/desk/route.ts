// Where the desk is: #/VIEW or #/VIEW/CASE. A case's id is random, so the address says nothing about anybody.
import { useMemo, useSyncExternalStore } from "react";

export const views = ["mine", "unassigned", "open", "closed"] as const;
export type View = (typeof views)[number];

export interface Place {
  view: View;
  caseId: string | undefined;
}

export function placeOf(hash: string): Place {
  const [, view, caseId] = /^#\/([a-z]+)(?:\/([0-9a-f]{32}))?$/.exec(hash) ?? [];
  return { view: views.find((one) => one === view) ?? "mine", caseId };
}

export function addressOf(view: View, caseId?: string): string {
  return caseId ? `#/${view}/${caseId}` : `#/${view}`;
}

export function go(view: View, caseId?: string): void {
  location.hash = addressOf(view, caseId);
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(
    (tell) => {
      window.addEventListener("hashchange", tell);
      return () => window.removeEventListener("hashchange", tell);
    },
    () => location.hash,
  );
  return useMemo(() => placeOf(hash), [hash]);
}
