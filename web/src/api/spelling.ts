// The one spelling of a request (docs/openapi.yaml, "One spelling"): the keeper writes each request anew before it checks
// the proof, so what is sent here must be the very same bytes.

// Canonical JSON (RFC 8785) of what our requests hold: texts and lists of texts. A half of a surrogate pair cannot be
// written in UTF-8 and becomes U+FFFD, as the browser's own encoder would make it.
export function canonicalJson(body: Record<string, string | readonly string[]>): string {
  const sorted = Object.keys(body).sort();
  const wellFormed = (value: string | readonly string[] | undefined): unknown =>
    typeof value === "string" ? replaceHalves(value) : value?.map(replaceHalves);
  return `{${sorted.map((name) => `${JSON.stringify(name)}:${JSON.stringify(wellFormed(body[name]))}`).join(",")}}`;
}

function replaceHalves(text: string): string {
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}

const pageSizeByDefault = 50;

export function caseQuery(view: string, after: number, limit: number): string {
  let query = `view=${view}`;
  if (after !== 0) query += `&after=${after}`;
  if (limit !== pageSizeByDefault) query += `&limit=${limit}`;
  return query;
}
