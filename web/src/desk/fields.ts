// The catalogue of a customer's fields as the desk shows it: which class each has and what a case may open. The keeper
// decides; this only keeps people from asking for what would be refused.
import type { Case, Field, Purpose, RequestType, Schemas } from "../api/client";

export type FieldClass = "basic" | "personal" | "high";

// In the catalogue's order, which a reveal must keep (tests/vectors/desk/fields.json).
export const fieldClasses: Record<Field, FieldClass> = {
  "identity.given_name": "basic",
  "identity.family_name": "basic",
  "identity.birth_date": "personal",
  "identity.gender": "personal",
  "identity.nationality": "personal",
  "identity.document_number": "high",
  "contact.email": "personal",
  "contact.phone": "personal",
  "contact.street": "personal",
  "contact.city": "personal",
  "contact.postcode": "personal",
  "contact.country": "basic",
  "travel.locator": "personal",
  "travel.ticket": "personal",
  "travel.itinerary": "personal",
  "travel.seat": "basic",
  "travel.companions": "personal",
  "travel.ssr": "personal",
  "travel.ssr_sensitive": "high",
  "loyalty.number": "personal",
  "loyalty.programme": "basic",
  "loyalty.tier": "basic",
  "loyalty.balance": "personal",
  "loyalty.activity": "personal",
  "communications.language": "basic",
  "communications.consent": "basic",
  "communications.message": "high",
  "communications.note": "high",
  "payment.card_brand": "basic",
  "payment.card_last4": "personal",
  "payment.card_token": "high",
  "payment.billing_name": "personal",
  "payment.iban": "high",
};
export const fields = Object.keys(fieldClasses) as Field[];
export const compartments = ["identity", "contact", "travel", "loyalty", "communications", "payment"] as const;
export type Compartment = (typeof compartments)[number];

// Messages and notes stand in the conversation; a card's token is of no use to people.
const notOnTheCard: readonly Field[] = ["communications.message", "communications.note", "payment.card_token"];
export function fieldsOf(compartment: Compartment): Field[] {
  return fields.filter((field) => field.startsWith(`${compartment}.`) && !notOnTheCard.includes(field));
}

type Role = Schemas["Role"];
const refunds: readonly RequestType[] = ["refund", "eu261"];

export function purposeOf(type: RequestType, role: Role): Purpose {
  if (role === "privacy-officer") return "access-request";
  return refunds.includes(type) ? "refund" : "service";
}

// undefined: it opens. Otherwise what keeps it shut.
export function shutBecause(field: Field, one: Pick<Case, "contact" | "type">, role: Role): "contact" | "purpose" | undefined {
  if (role === "privacy-officer") return field === "payment.iban" ? "purpose" : undefined;
  const opens = { none: ["basic"], claimed: ["basic", "personal"], proven: ["basic", "personal", "high"] }[one.contact];
  if (!opens.includes(fieldClasses[field])) return "contact";
  if (field === "payment.iban" && purposeOf(one.type, role) !== "refund") return "purpose";
  return undefined;
}

// Messages open with less proof than other fields of their class, since they are what the customer came with.
export function opensConversation(one: Pick<Case, "contact">, role: Role): boolean {
  return one.contact !== "none" || role === "privacy-officer";
}

export type Task = "verify" | "reply" | "trip" | "refund" | "miles" | "assistance";
export const taskFields: Record<Task, Field[]> = {
  verify: ["identity.given_name", "identity.family_name", "identity.birth_date", "contact.postcode", "travel.locator"],
  reply: ["identity.given_name", "identity.family_name", "communications.language"],
  trip: ["travel.locator", "travel.ticket", "travel.itinerary", "travel.seat", "travel.ssr"],
  refund: ["travel.ticket", "payment.card_brand", "payment.card_last4", "payment.billing_name", "payment.iban"],
  miles: ["travel.ticket", "loyalty.number", "loyalty.tier", "loyalty.balance", "loyalty.activity"],
  assistance: ["travel.itinerary", "travel.ssr", "travel.ssr_sensitive"],
};

export function tasksOf(type: RequestType): Task[] {
  const own: Partial<Record<RequestType, Task>> = {
    refund: "refund",
    eu261: "refund",
    "missing-miles": "miles",
    assistance: "assistance",
  };
  const special = own[type];
  return special ? ["verify", special, "reply", "trip"] : ["verify", "reply", "trip"];
}
