// Who is signed in, in all tabs of this browser; and when that ends.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import * as api from "../api/client";
import type { Reason } from "../api/problem";
import { removeOldDrafts } from "./drafts";

export type SessionState =
  | { is: "unknown" }
  | { is: "out"; ended?: Reason } // `ended`: it ended without being asked to
  | { is: "in"; as: api.SignedIn };

interface Session {
  state: SessionState;
  signIn: (name: string, password: string, code: string) => Promise<void>;
  signOut: () => Promise<void>;
}
const Context = createContext<Session | undefined>(undefined);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>({ is: "unknown" });
  const cache = useQueryClient();

  const session = useMemo(() => {
    // Whatever a session read goes with it.
    const change = (next: SessionState) => {
      cache.clear();
      setState(next);
    };
    const tabs = new BroadcastChannel("bulkhead");
    return {
      change,
      tabs,
      signIn: async (name: string, password: string, code: string) => {
        const as = await api.signIn(name, password, code);
        change({ is: "in", as });
        tabs.postMessage("signed-in");
      },
      signOut: async () => {
        await api.signOut().catch(() => undefined); // It ends here even when nobody hears of it.
        change({ is: "out" });
        tabs.postMessage("signed-out");
      },
    };
  }, [cache]);

  useEffect(() => {
    const read = () => api.resume().then((as) => setState(as ? { is: "in", as } : { is: "out" }));
    void read();
    void removeOldDrafts();
    session.tabs.onmessage = (event) => {
      // It may be somebody else who signed in.
      void api.resume().then((as) => session.change(as && event.data === "signed-in" ? { is: "in", as } : { is: "out" }));
    };
    return api.onEnded((reason) => session.change({ is: "out", ended: reason }));
  }, [session]);

  useEffect(() => (state.is === "in" ? api.watchIdleness(state.as) : undefined), [state]);

  const value = useMemo(() => ({ state, signIn: session.signIn, signOut: session.signOut }), [state, session]);
  return <Context value={value}>{children}</Context>;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("useSession stands outside SessionProvider");
  return session;
}

export function useSignedIn(): api.SignedIn {
  const { state } = useSession();
  if (state.is !== "in") throw new Error("useSignedIn is for who is signed in");
  return state.as;
}
