// Signing in: name, password and the current code; and what is said when a session has ended.
import { useRef, useState, type FormEvent } from "react";
import { Refused, type Reason } from "../api/problem";
import { Brand } from "../system/icon";
import { Button, Field, Notice } from "../system/parts";
import { chooseLanguage, useWords } from "../words/language";
import { languages, type Language, type Word } from "../words/words";
import { refusalWords, useWait, waitWords } from "./refusal";
import { useSession } from "./session";

const endings: Record<string, Word> = {
  expired: "ended.expired",
  restart: "ended.restart",
  "no-session": "ended.restart",
  "network-changed": "ended.network",
  revoked: "ended.revoked",
};
const inputs = ["name", "password", "code"] as const;
type Input = (typeof inputs)[number];
const codePattern = /^\d{6,8}$/;

export function SignIn({ ended }: { ended: Reason | undefined }) {
  const words = useWords();
  const { say } = words;
  const { signIn } = useSession();
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState<Record<Input, string>>({ name: "", password: "", code: "" });
  const [missing, setMissing] = useState<Partial<Record<Input, string>>>({});
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const waitS = useWait(refused);

  const focus = (input: Input) => form.current?.querySelector<HTMLInputElement>(`[name=${input}]`)?.focus();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || waitS > 0) return;
    const code = typed.code.replaceAll(" ", "");
    const wrong: Partial<Record<Input, string>> = {};
    if (!typed.name.trim()) wrong.name = say("signin.missing.name");
    if (!typed.password) wrong.password = say("signin.missing.password");
    if (!codePattern.test(code)) wrong.code = say("signin.missing.code");
    setMissing(wrong);
    const firstWrong = inputs.find((input) => wrong[input]);
    if (firstWrong) return focus(firstWrong);
    setBusy(true);
    setRefused(undefined);
    try {
      await signIn(typed.name.trim(), typed.password, code);
    } catch (error) {
      setRefused(error);
      setTyped((before) => ({ ...before, code: "" }));
      setBusy(false);
      focus("code");
    }
  }

  const input = (name: Input, more: object) => (
    <Field label={say(`signin.${name}`)} wrong={missing[name]} hint={name === "code" ? say("signin.code.hint") : undefined}>
      {(ids) => (
        <input
          className="input" name={name} value={typed[name]} maxLength={256} spellCheck={false} {...ids} {...more}
          onChange={(event) => setTyped((before) => ({ ...before, [name]: event.target.value }))}
        />
      )}
    </Field>
  );
  const refusal = refused === undefined ? undefined : refusalWords(words, refused);
  const waits = waitS > 0 && refused instanceof Refused;

  return (
    <main className="signin">
      <div className="signin-card">
        <div className="signin-brand"><Brand size={32} /><span>Bulkhead</span></div>
        <h1>{ended ? say("ended.title") : say("signin.title")}</h1>
        <p className="lead">{ended ? say(endings[ended] ?? "ended.other") : say("signin.lead")}</p>
        {ended && <Notice look="calm" title={say("ended.drafts")} />}
        <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
          {input("name", { autoComplete: "username", autoCapitalize: "none", autoFocus: true })}
          {input("password", { type: "password", autoComplete: "current-password" })}
          {input("code", { inputMode: "numeric", autoComplete: "one-time-code", maxLength: 9 })}
          {refusal && <Notice look="loss" title={refusal.title} more={waits ? waitWords(words, waitS) : refusal.next} />}
          <Button type="submit" look="main" large busy={busy || waitS > 0}>{say(busy ? "signin.going" : "signin.go")}</Button>
        </form>
        {document.documentElement.dataset.house === "demo" && <p className="signin-demo">{say("signin.demo")}</p>}
      </div>
      <LanguagePicker />
    </main>
  );
}

function LanguagePicker() {
  const { language, say } = useWords();
  return (
    <nav className="signin-languages" aria-label={say("menu.language")}>
      {(Object.keys(languages) as Language[]).map((code) => (
        <button key={code} type="button" lang={code} aria-pressed={code === language} onClick={() => chooseLanguage(code)}>
          {languages[code]}
        </button>
      ))}
    </nav>
  );
}
