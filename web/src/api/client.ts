// Requests to the desk's API, each with its proof. Types come from docs/openapi.yaml. A request is made once: what may
// have been done is never sent again by itself.
import type { components, paths } from "./schema.gen";
import { takeLane, type LaneCounter } from "./lanes";
import { agreeOnKey, makeAgreement, prove, type ProvenRequest, type SessionKey } from "./proof";
import { endsSession, refusalOf, Refused } from "./problem";
import { canonicalJson } from "./spelling";
import { clear, get, put, remove } from "./store";

export type Schemas = components["schemas"];
export type Case = Schemas["Case"];
export type Value = Schemas["Value"];
export type Field = Schemas["Field"];
export type Purpose = Schemas["Purpose"];
export type RequestType = Schemas["RequestType"];
export type Direction = Schemas["Direction"];
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
type Answer<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends { responses: infer R }
  ? Json<R[Extract<keyof R, 200 | 201 | 204>]>
  : never;
export type Me = Answer<"/api/v1/me", "get">;
export type Message = Answer<"/api/v1/cases/{case}/messages", "get">["messages"][number];
export type Disclosure = Answer<"/api/v1/me/disclosures", "get">["disclosures"][number];
export type CaseList = Answer<"/api/v1/cases", "get">;
export type IdentifierKind = NonNullable<paths["/api/v1/lookups"]["post"]["requestBody"]>["content"]["application/json"]["kind"];

export interface SignedIn {
  key: SessionKey;
  name: string;
  role: Schemas["Role"];
  since: number; // ms
  idleS: number;
  absoluteS: number;
}

let signedIn: SignedIn | undefined;
let lane: Promise<LaneCounter> | undefined;
const lastRequest = "bulkhead.lastRequest"; // ms, of all tabs together

// Tells when the session has ended by itself: the reason, in the API's words.
const endedListeners = new Set<(reason: string) => void>();
export function onEnded(tell: (reason: string) => void): () => void {
  endedListeners.add(tell);
  return () => void endedListeners.delete(tell);
}
async function ended(reason: string): Promise<void> {
  await forget();
  endedListeners.forEach((tell) => tell(reason));
}

// The keeper ends a session that asks nothing for a while; the screen is to be shut then, not at the next click.
export function watchIdleness(as: SignedIn): () => void {
  const look = () => {
    const idleMs = Date.now() - Number(localStorage.getItem(lastRequest) ?? as.since);
    if (idleMs > as.idleS * 1000 || Date.now() > as.since + as.absoluteS * 1000) void ended("expired");
  };
  const timer = window.setInterval(look, 5000);
  return () => window.clearInterval(timer);
}

export async function resume(): Promise<SignedIn | undefined> {
  const stored = await get<SignedIn>("session", "now");
  if (stored?.key.session !== signedIn?.key.session) lane = undefined; // a lane is one session's
  signedIn = stored;
  if (signedIn && Date.now() > signedIn.since + signedIn.absoluteS * 1000) await forget();
  return signedIn;
}

export async function signIn(name: string, password: string, code: string): Promise<SignedIn> {
  const { publicKey, agreement } = await makeAgreement();
  const response = await send("POST", "/api/v1/session", canonicalJson({ name, password, code, public_key: publicKey }), {});
  const told = (await response.json()) as Schemas["Session"];
  signedIn = {
    key: await agreeOnKey(agreement, told.keeper_public_key, told.session),
    name: told.name,
    role: told.role,
    since: Date.now(),
    idleS: told.idle_s,
    absoluteS: told.absolute_s,
  };
  lane = undefined;
  await clear("lanes");
  await put("session", "now", signedIn);
  localStorage.setItem(lastRequest, String(Date.now()));
  return signedIn;
}

export async function signOut(): Promise<void> {
  try {
    await call("delete", "/api/v1/session");
  } finally {
    await forget();
  }
}

// Forgets the session in this browser, without a word to the keeper.
export async function forget(): Promise<void> {
  signedIn = undefined;
  lane = undefined;
  await remove("session", "now");
}

type Method = "get" | "post" | "delete";
interface Asked {
  case?: string; // in the path, in {case}'s place
  query?: string;
  body?: Record<string, string | readonly string[]>;
}

export async function call<P extends keyof paths & string, M extends keyof paths[P] & Method>(
  method: M,
  path: P,
  asked: Asked = {},
): Promise<Answer<P, M>> {
  const by = signedIn;
  if (!by) throw new Refused("no-session", 401);
  const request = {
    method: method.toUpperCase(),
    path: path.replace("{case}", asked.case ?? ""),
    query: asked.query ?? "",
    body: asked.body ? canonicalJson(asked.body) : "",
  };
  try {
    const response = await sendProven(by.key, await laneOf(by.key), request);
    localStorage.setItem(lastRequest, String(Date.now()));
    return (response.status === 204 ? undefined : await readJson(response)) as Answer<P, M>;
  } catch (error) {
    // Another sign-in may have taken this one's place meanwhile, and goes on.
    if (endsSession(error) && signedIn === by) await ended(error.reason);
    throw error;
  }
}

function laneOf(key: SessionKey): Promise<LaneCounter> {
  lane ??= takeLane(key.session, async (over) => {
    const open = { method: "POST", path: "/api/v1/session/lanes", query: "", body: "" };
    const answer = (await (await sendProven(key, over, open)).json()) as { lane: number };
    return answer.lane;
  });
  return lane;
}

async function sendProven(key: SessionKey, lane: LaneCounter, request: ProvenRequest): Promise<Response> {
  const proof = await prove(key, lane.lane, await lane.take(), request);
  const target = request.query ? `${request.path}?${request.query}` : request.path;
  return send(request.method, target, request.body, {
    Authorization: `Bulkhead ${key.session}`,
    "Bulkhead-Proof": proof,
  });
}

async function send(method: string, target: string, body: string, fields: Record<string, string>): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(target, {
      method,
      // The cookie would name the same session; where another tab has signed in anew, it would name another.
      credentials: "omit",
      cache: "no-store",
      ...(body ? { body, headers: { ...fields, "Content-Type": "application/json" } } : { headers: fields }),
    });
  } catch {
    throw new Refused("offline", 0);
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new Refused("offline", 0); // cut off on its way
  }
}
