#include "front/page.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <iterator>

namespace bulkhead::front {
namespace {

struct Phrases {
  std::string_view code, tagline, desk, api, demo, seal_title, seal_text, sample_name, sample_open,
      sample_sealed, next_title, next_sign_in, next_sign_in_text, next_api, next_api_text,
      next_ledger, next_ledger_text, next_status, next_status_text, origin, service_ok;
};

constexpr std::array<Phrases, 3> kPhrases{{
    {"en",
     "A customer desk that cannot lose everyone's data.",
     "This is the desk instance. Staff work on cases here.",
     "This is the API instance. Booking systems and other programs sign their requests here.",
     "Demo: an invented airline with invented customers.",
     "Everything about a customer is sealed",
     "A field opens for one person, one case and one purpose. Before it opens, the ledger has "
     "recorded it. Nobody has "
     "a key that opens them all.",
     "Name",
     "open",
     "sealed",
     "Where to go",
     "Sign in",
     "Run <code>bulkhead login agent-01</code> in a terminal.",
     "Use the API",
     "It lives under <code>/api/v1</code>; <code>docs/openapi.yaml</code> describes every request. "
     "<code>bulkhead api GET /api/v1/me</code> signs one for you.",
     "Check the ledger",
     "With an auditor token, <code>bulkhead verify</code> re-derives every figure from the "
     "entries.",
     "See how it runs",
     "<code>bulkhead status</code> shows the ledger, sessions and memory; "
     "<code>docs/PROCESSES.md</code> says who may do what.",
     "Ledger",
     "Running"},
    {"fr",
     "Un service client qui ne peut pas perdre les données de tout le monde.",
     "Ceci est l’instance du guichet. Le personnel y traite les dossiers.",
     "Ceci est l’instance de l’API. Les systèmes de réservation et autres programmes y signent "
     "leurs requêtes.",
     "Démonstration : une compagnie aérienne inventée, avec des clients inventés.",
     "Tout ce qui concerne un client est scellé",
     "Un champ s’ouvre pour une personne, un dossier et une finalité. Avant qu’il ne s’ouvre, le "
     "registre l’a noté. "
     "Personne n’a de clé qui les ouvre tous.",
     "Nom",
     "ouvert",
     "scellé",
     "Où aller",
     "Se connecter",
     "Lancez <code>bulkhead login agent-01</code> dans un terminal.",
     "Utiliser l’API",
     "Elle se trouve sous <code>/api/v1</code> ; <code>docs/openapi.yaml</code> décrit chaque "
     "requête. "
     "<code>bulkhead api GET /api/v1/me</code> en signe une pour vous.",
     "Vérifier le registre",
     "Avec un jeton d’auditeur, <code>bulkhead verify</code> recalcule chaque chiffre à partir des "
     "entrées.",
     "Voir l’état",
     "<code>bulkhead status</code> montre le registre, les sessions et la mémoire ; "
     "<code>docs/PROCESSES.md</code> dit qui peut faire quoi.",
     "Registre",
     "En service"},
    {"nl",
     "Een klantenservice die niet ieders gegevens kan verliezen.",
     "Dit is de balie. Medewerkers behandelen hier dossiers.",
     "Dit is de API. Boekingssystemen en andere programma’s ondertekenen hier hun verzoeken.",
     "Demo: een verzonnen luchtvaartmaatschappij met verzonnen klanten.",
     "Alles over een klant is verzegeld",
     "Een veld gaat open voor één persoon, één dossier en één doel. Voordat het opengaat, staat "
     "het in het grootboek. "
     "Niemand heeft een sleutel die ze allemaal opent.",
     "Naam",
     "open",
     "verzegeld",
     "Waar nu heen",
     "Aanmelden",
     "Voer <code>bulkhead login agent-01</code> uit in een terminal.",
     "De API gebruiken",
     "Ze staat onder <code>/api/v1</code>; <code>docs/openapi.yaml</code> beschrijft elk verzoek. "
     "<code>bulkhead api GET /api/v1/me</code> ondertekent er een voor u.",
     "Het grootboek controleren",
     "Met een auditortoken rekent <code>bulkhead verify</code> elk cijfer opnieuw uit de boekingen "
     "uit.",
     "Zien hoe het draait",
     "<code>bulkhead status</code> toont grootboek, sessies en geheugen; "
     "<code>docs/PROCESSES.md</code> zegt wie wat mag.",
     "Grootboek",
     "In bedrijf"},
}};

constexpr std::string_view kStyle = R"css(:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --surface: #ffffff; --ink: #18202b; --quiet: #556070; --line: #d9dee6;
  --act: #1f4fa3; --seal: #c3cbd7; --look: #8a5a00; --look-ground: #fff3d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10151c; --surface: #171e27; --ink: #e6eaf0; --quiet: #9aa6b6; --line: #2a3442;
    --act: #8fb4ff; --seal: #3a4656; --look: #ffd27a; --look-ground: #33270e;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 720px; margin: 0 auto; padding: 64px 24px; }
header { display: flex; align-items: center; gap: 12px; margin-bottom: 32px; }
.mark { width: 32px; height: 32px; }
.name { font-weight: 650; font-size: 20px; letter-spacing: -0.01em; }
.running { margin-left: auto; color: var(--quiet); font-size: 14px; }
.running::before {
  content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 8px;
  border-radius: 50%; background: var(--act);
}
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 12px; text-wrap: balance; }
h2 { font-size: 18px; margin: 0 0 8px; }
p { margin: 0 0 12px; color: var(--quiet); }
.lead { font-size: 18px; }
.demo {
  display: inline-block; padding: 4px 12px; border-radius: 4px;
  background: var(--look-ground); color: var(--look); font-size: 14px;
}
section { margin-top: 40px; padding: 24px; background: var(--surface); border: 1px solid var(--line); border-radius: 8px; }
.card { display: grid; grid-template-columns: 88px 1fr auto; gap: 12px 16px; align-items: center; margin: 20px 0 0; }
.card dt { color: var(--quiet); font-size: 14px; }
.card dd { margin: 0; }
.card .state { color: var(--quiet); font-size: 13px; }
.open { border-bottom: 2px solid var(--act); padding-bottom: 2px; }
.sealed { display: block; width: 176px; max-width: 100%; height: 16px; border-radius: 3px; background: var(--seal); }
.steps { display: grid; grid-template-columns: 1fr 1fr; gap: 24px; margin-top: 16px; }
.steps h3 { font-size: 16px; margin: 0 0 4px; color: var(--act); }
.steps p { margin: 0; font-size: 15px; }
code {
  font: 13px/1.4 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; padding: 1px 6px;
  border: 1px solid var(--line); border-radius: 4px; color: var(--ink); overflow-wrap: anywhere;
}
footer { margin-top: 24px; color: var(--quiet); font-size: 13px; overflow-wrap: anywhere; }
@media (max-width: 560px) {
  main { padding: 32px 16px; }
  h1 { font-size: 26px; }
  .steps { grid-template-columns: 1fr; }
}
)css";

constexpr std::string_view kIcon =
    R"svg(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f4fa3"/><g fill="#fff"><rect x="7" y="7" width="18" height="4" rx="2"/><rect x="7" y="14" width="18" height="4" rx="2" opacity=".55"/><rect x="7" y="21" width="18" height="4" rx="2" opacity=".55"/></g></svg>
)svg";

void append_escaped(std::string_view text, std::string& to) {
  for (const char c : text) {
    switch (c) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      case '"':
        to += "&quot;";
        break;
      default:
        to += c;
    }
  }
}

// "0.5" as thousandths; 1000 when there is none, 0 when it cannot be read.
unsigned quality_of(std::string_view parameters) {
  const auto at = parameters.find("q=");
  if (at == std::string_view::npos) return 1000;
  double quality = 0;
  const auto text = parameters.substr(at + 2);
  std::from_chars(text.data(), text.data() + text.size(), quality);
  return quality >= 0 && quality <= 1 ? static_cast<unsigned>(quality * 1000) : 0;
}

}  // namespace

Language language_of(std::string_view accept_language) {
  static constexpr std::size_t kRangesMax = 16;
  auto best = Language::kEnglish;
  unsigned best_quality = 0;
  for (std::size_t ranges = 0; !accept_language.empty() && ranges < kRangesMax; ++ranges) {
    const auto end = accept_language.find(',');
    auto range = accept_language.substr(0, end);
    accept_language =
        end == std::string_view::npos ? std::string_view() : accept_language.substr(end + 1);
    while (range.starts_with(' ')) range.remove_prefix(1);
    const auto quality = quality_of(range.substr(std::min(range.find(';'), range.size())));
    for (std::size_t i = 0; i < kPhrases.size(); ++i) {
      const auto after = range.size() > 2 ? range[2] : ';';
      const bool fits =
          range.substr(0, 2) == kPhrases[i].code && (after == ';' || after == '-' || after == ' ');
      if (!fits || quality <= best_quality) continue;
      best = static_cast<Language>(i);
      best_quality = quality;
    }
  }
  return best;
}

void write_page(Language language, const PageFacts& facts, Response& to) {
  const auto& say = kPhrases[static_cast<std::size_t>(language)];
  to.policy = Policy::kPage;
  to.content_type = "text/html; charset=utf-8";
  to.content_language = say.code;
  to.extra_fields += "Vary: Accept-Language\r\n";
  auto out = std::back_inserter(to.body);
  fmt::format_to(out,
                 "<!doctype html>\n<html lang=\"{0}\">\n<head>\n<meta charset=\"utf-8\">\n"
                 "<meta name=\"viewport\" content=\"width=device-width, "
                 "initial-scale=1\">\n<title>Bulkhead</title>\n"
                 "<link rel=\"icon\" href=\"/icon.svg\">\n<link rel=\"stylesheet\" "
                 "href=\"/style.css\">\n</head>\n"
                 "<body>\n<main>\n<header><img class=\"mark\" src=\"/icon.svg\" alt=\"\"><span "
                 "class=\"name\">Bulkhead"
                 "</span><span class=\"running\">{1}</span></header>\n<h1>{2}</h1>\n<p "
                 "class=\"lead\">{3}</p>\n",
                 say.code, say.service_ok, say.tagline,
                 facts.face == Face::kApi ? say.api : say.desk);
  if (facts.demo) fmt::format_to(out, "<p class=\"demo\">{}</p>\n", say.demo);
  fmt::format_to(
      out,
      "<section>\n<h2>{}</h2>\n<p>{}</p>\n<dl class=\"card\">\n"
      "<dt>{}</dt><dd><span class=\"open\">Anna de Vries</span></dd><dd class=\"state\">{}</dd>\n"
      "<dt>E-mail</dt><dd><span class=\"sealed\"></span></dd><dd class=\"state\">{}</dd>\n"
      "<dt>IBAN</dt><dd><span class=\"sealed\"></span></dd><dd "
      "class=\"state\">{}</dd>\n</dl>\n</section>\n",
      say.seal_title, say.seal_text, say.sample_name, say.sample_open, say.sample_sealed,
      say.sample_sealed);
  fmt::format_to(out, "<section>\n<h2>{}</h2>\n<div class=\"steps\">\n", say.next_title);
  const std::array<std::pair<std::string_view, std::string_view>, 4> steps{{
      {say.next_sign_in, say.next_sign_in_text},
      {say.next_api, say.next_api_text},
      {say.next_ledger, say.next_ledger_text},
      {say.next_status, say.next_status_text},
  }};
  for (const auto& [title, text] : steps)
    fmt::format_to(out, "<div><h3>{}</h3><p>{}</p></div>\n", title, text);
  fmt::format_to(out, "</div>\n</section>\n<footer>{}: ", say.origin);
  append_escaped(facts.origin, to.body);
  to.body += "</footer>\n</main>\n</body>\n</html>\n";
}

void write_style(Response& to) {
  to.policy = Policy::kPage;
  to.content_type = "text/css; charset=utf-8";
  to.body = kStyle;
}

void write_icon(Response& to) {
  to.policy = Policy::kPage;
  to.content_type = "image/svg+xml";
  to.body = kIcon;
}

}  // namespace bulkhead::front
