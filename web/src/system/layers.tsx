// What lies above the page: dialogs, sheets and toasts. Focus stays inside and goes back where it came from.
import * as Radix from "@radix-ui/react-dialog";
import { useSyncExternalStore, type ReactNode } from "react";
import { useWords } from "../words/language";
import { Button, IconButton } from "./parts";

interface LayerProps {
  shape: "dialog" | "sheet";
  title: string;
  lead?: string;
  onClose: () => void;
  children: ReactNode;
}

export function Layer({ shape, title, lead, onClose, children }: LayerProps) {
  const { say } = useWords();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="veil" />
        <Radix.Content
          className={shape} {...(lead ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            // A sheet is read first; a dialog's first field is what one came for.
            if (shape === "dialog") return;
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
        >
          <header>
            <Radix.Title asChild><h2>{title}</h2></Radix.Title>
            <IconButton icon="close" label={say("common.close")} onClick={onClose} />
          </header>
          {lead && <Radix.Description className="lead">{lead}</Radix.Description>}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface Toast {
  id: number;
  text: string;
  undo: (() => void) | undefined;
}
const shownForMs = 5000;
const toastsMax = 3;
let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function show(next: readonly Toast[]): void {
  toasts = next.slice(-toastsMax);
  listeners.forEach((tell) => tell());
}

// With `undo` it offers to take back what it tells of; `done` runs once that is no longer possible.
export function toast(text: string, undo?: () => void, done?: () => void): void {
  const id = ++lastId;
  const end = (then?: () => void) => {
    show(toasts.filter((one) => one.id !== id));
    then?.();
  };
  const timer = window.setTimeout(() => end(done), shownForMs);
  const takeBack = undo && (() => {
    window.clearTimeout(timer);
    end(undo);
  });
  show([...toasts, { id, text, undo: takeBack }]);
}

export function Toasts() {
  const { say } = useWords();
  const shown = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => toasts,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className="toast">
          <span>{one.text}</span>
          {one.undo && <Button onClick={one.undo}>{say("common.undo")}</Button>}
        </div>
      ))}
    </div>
  );
}
