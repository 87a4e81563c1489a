// The desk's entry: hands on the page's nonce, then shows the desk or the sign-in.
import { QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { Toasts } from "../system/layers";
import { showLanguage } from "../words/language";
import { showLook } from "./look";
import { makeCache } from "./queries";
import { SessionProvider, useSession } from "./session";
import { Shell } from "./shell";
import { SignIn } from "./sign-in";
import "../system/tokens.css";
import "../system/components.css";
import "./desk.css";

// Radix adds a style element of its own, which the policy lets in by this alone.
setNonce(document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "");
showLook();
showLanguage();

function Desk() {
  const { state } = useSession();
  if (state.is === "unknown") return null;
  return state.is === "in" ? <Shell key={state.as.key.session} /> : <SignIn ended={state.ended} />;
}

createRoot(document.getElementById("desk")!).render(
  <QueryClientProvider client={makeCache()}>
    <SessionProvider>
      <Desk />
      <Toasts />
    </SessionProvider>
  </QueryClientProvider>,
);
