// What the desk asks and how long it keeps the answers. Lists hold nothing of a customer and are asked again while
// somebody works; masked records and conversations are disclosures, asked once for a case and forgotten on leaving it.
import { QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { call, type Case, type CaseList, type Direction, type Me, type Message } from "../api/client";
import { Refused } from "../api/problem";
import { caseQuery } from "../api/spelling";
import { isAtWork } from "./presence";
import { views, type View } from "./route";

const pageSize = 100;
const freshForMs = 15_000;
const againAfterMs = 3000;

export function makeCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A question may be asked again when its answer was lost; a refusal is an answer.
        retry: (failures, error) => failures < 2 && error instanceof Refused && ["bad-proof", "busy"].includes(error.reason),
        refetchOnWindowFocus: false,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

// Asking keeps the session alive, so a desk that nobody sits at asks nothing. What failed is asked again sooner.
const whileAtWork = (query: { state: { error: unknown } }) => (isAtWork() ? (query.state.error ? againAfterMs : freshForMs) : false);

export function useCases(view: View) {
  return useInfiniteQuery({
    queryKey: ["cases", view],
    queryFn: ({ pageParam }) => call("get", "/api/v1/cases", { query: caseQuery(view, pageParam, pageSize) }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.more ? last.cases.at(-1)?.number : undefined),
    staleTime: freshForMs,
    refetchInterval: whileAtWork,
    refetchOnWindowFocus: true,
  });
}

export function useCase(id: string) {
  const cache = useQueryClient();
  return useQuery({
    queryKey: ["case", id],
    queryFn: () => call("get", "/api/v1/cases/{case}", { case: id }),
    placeholderData: () => listed(cache, id),
    staleTime: freshForMs,
    refetchInterval: whileAtWork,
  });
}

function listed(cache: QueryClient, id: string): Case | undefined {
  for (const view of views) {
    const pages = cache.getQueryData<InfiniteData<CaseList>>(["cases", view])?.pages ?? [];
    for (const page of pages) {
      const found = page.cases.find((one) => one.id === id);
      if (found) return found;
    }
  }
  return undefined;
}

const disclosed = { staleTime: Infinity, gcTime: 0, refetchOnReconnect: false } as const;

export function useMaskedRecord(id: string, may: boolean) {
  const cache = useQueryClient();
  return useQuery({
    queryKey: ["record", id],
    queryFn: async () => {
      const record = await call("get", "/api/v1/cases/{case}/record", { case: id });
      void cache.invalidateQueries({ queryKey: ["me"] });
      return record;
    },
    enabled: may,
    ...disclosed,
  });
}

export function useMessages(id: string, may: boolean) {
  const cache = useQueryClient();
  return useQuery({
    queryKey: ["messages", id],
    queryFn: async () => {
      const { messages } = await call("get", "/api/v1/cases/{case}/messages", { case: id });
      void cache.invalidateQueries({ queryKey: ["me"] });
      return messages;
    },
    enabled: may,
    ...disclosed,
  });
}

export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: () => call("get", "/api/v1/me"),
    staleTime: freshForMs,
    refetchInterval: whileAtWork,
    refetchOnWindowFocus: true,
  });
}

export function useDisclosures() {
  return useQuery({
    queryKey: ["disclosures"],
    queryFn: () => call("get", "/api/v1/me/disclosures"),
    staleTime: 0,
    gcTime: 0,
  });
}

export function useAddMessage(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (message: { direction: Direction; text: string }) =>
      call("post", "/api/v1/cases/{case}/messages", { case: id, body: message }),
    onError: () => readAgain(cache, id),
    // What was just written need not be disclosed once more.
    onSuccess: (_, { direction, text }) =>
      cache.setQueryData<Message[]>(["messages", id], (before) =>
        [...(before ?? []), { created: new Date().toISOString(), direction, tags: [], text }]),
  });
}

export function useAssign(id: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (assignee: string) => call("post", "/api/v1/cases/{case}/assign", { case: id, body: { assignee } }),
    onError: () => readAgain(cache, id),
    onSuccess: (changed) => tookChange(cache, changed),
  });
}

export async function closeCase(cache: QueryClient, id: string): Promise<void> {
  tookChange(cache, await call("post", "/api/v1/cases/{case}/close", { case: id }));
}

// A refusal may mean that somebody changed the case meanwhile.
export function readAgain(cache: QueryClient, id: string): void {
  void cache.invalidateQueries({ queryKey: ["case", id] });
}

export function tookChange(cache: QueryClient, changed: Case): void {
  cache.setQueryData(["case", changed.id], changed);
  void cache.invalidateQueries({ queryKey: ["cases"] });
}

export function budgetOf(me: Me, column: Me["budgets"][number]["column"], horizonS: number) {
  const row = me.budgets.find((one) => one.column === column && one.horizon_s === horizonS);
  return { limit: row?.limit ?? 0, left: Math.max(0, (row?.limit ?? 0) - (row?.used ?? 0)) };
}
