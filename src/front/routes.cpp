#include "front/routes.h"

#include <algorithm>
#include <array>

#include "front/answers.h"
#include "front/questions.h"
#include "wire/front_messages.h"

namespace bulkhead::front {
namespace {

using wire::Op;
constexpr auto kGet = Method::kGet;
constexpr auto kPost = Method::kPost;
constexpr auto kPatch = Method::kPatch;
constexpr auto kDelete = Method::kDelete;

constexpr Route shown(std::string_view pattern, Local local, std::uint8_t faces = kOnBoth) {
  return {.pattern = pattern, .faces = faces, .local = local};
}
constexpr Route signs_in(std::string_view pattern, std::uint8_t faces, Op op, Ask ask, Tell tell) {
  return {.method = kPost,
          .pattern = pattern,
          .faces = faces,
          .body = BodyRule::kJson,
          .op = op,
          .ask = ask,
          .tell = tell};
}
constexpr Route proven(Method method, std::string_view pattern, Op op, Ask ask, Tell tell,
                       BodyRule body = BodyRule::kNone) {
  return {.method = method,
          .pattern = pattern,
          .needs = Needs::kProof,
          .body = body,
          .op = op,
          .ask = ask,
          .tell = tell};
}
constexpr Route queried(Route route) {
  route.takes_query = true;
  return route;
}
constexpr Route audited(std::string_view pattern, Ask ask, Tell tell, Op op = Op::kReadLedger) {
  return {.pattern = pattern, .needs = Needs::kAuditorToken, .op = op, .ask = ask, .tell = tell};
}

constexpr Route hands_in(std::string_view pattern, Op op, Ask ask, Tell tell) {
  return {.method = kPost,
          .pattern = pattern,
          .needs = Needs::kAuditorToken,
          .body = BodyRule::kJson,
          .op = op,
          .ask = ask,
          .tell = tell};
}

// The reveal stands first, being asked most. Methods and paths of proven rows are those of
// wire/paths.h (tested).
constexpr std::array kRoutes{
    proven(kPost, "/api/v1/cases/{case}/reveal", Op::kReveal, ask_reveal, tell_record,
           BodyRule::kJson),
    proven(kGet, "/api/v1/cases/{case}/record", Op::kMasked, ask_about_case<wire::Masked>,
           tell_record),
    proven(kPost, "/api/v1/lookups", Op::kLookup, ask_lookup, tell_lookup, BodyRule::kJson),
    queried(proven(kGet, "/api/v1/cases", Op::kListCases, ask_list_cases, tell_cases)),
    proven(kPost, "/api/v1/cases", Op::kOpenCase, ask_open_case, tell_new_case, BodyRule::kJson),
    proven(kGet, "/api/v1/cases/{case}", Op::kShowCase, ask_about_case<wire::ShowCase>, tell_case),
    proven(kPost, "/api/v1/cases/{case}/assign", Op::kAssignCase, ask_assign_case, tell_case,
           BodyRule::kJson),
    proven(kPost, "/api/v1/cases/{case}/close", Op::kCloseCase, ask_about_case<wire::CloseCase>,
           tell_case),
    proven(kGet, "/api/v1/cases/{case}/messages", Op::kListMessages,
           ask_about_case<wire::ListMessages>, tell_messages),
    proven(kPost, "/api/v1/cases/{case}/messages", Op::kAddMessage, ask_add_message, tell_done,
           BodyRule::kJson),
    proven(kPost, "/api/v1/cases/{case}/erasure", Op::kRequestErasure,
           ask_about_case<wire::RequestErasure>, tell_erasure),
    proven(kDelete, "/api/v1/cases/{case}/erasure", Op::kCancelErasure,
           ask_about_case<wire::CancelErasure>, tell_done),
    proven(kPatch, "/api/v1/cases/{case}/contact", Op::kChangeContact, ask_change_contact,
           tell_contact, BodyRule::kJson),
    proven(kPost, "/api/v1/cases/{case}/approval", Op::kAskApproval, ask_approval,
           tell_new_allowance, BodyRule::kJson),
    proven(kPost, "/api/v1/cases/{case}/break-glass", Op::kBreakGlass,
           ask_about_case<wire::BreakGlass>, tell_new_allowance),
    proven(kGet, "/api/v1/allowances", Op::kListAllowances, ask_plain<wire::ListAllowances>,
           tell_allowances),
    proven(kPost, "/api/v1/allowances/{number}", Op::kDecideAllowance, ask_decide_allowance,
           tell_allowance, BodyRule::kJson),
    proven(kGet, "/api/v1/customers/count", Op::kCount, ask_plain<wire::Count>, tell_count),
    proven(kGet, "/api/v1/me", Op::kMe, ask_plain<wire::Me>, tell_me),
    proven(kGet, "/api/v1/me/disclosures", Op::kDisclosures, ask_plain<wire::Disclosures>,
           tell_disclosures),
    proven(kGet, "/api/v1/me/grants", Op::kGrants, ask_plain<wire::Grants>, tell_grants),
    signs_in("/api/v1/session", kOnDesk, Op::kSignIn, ask_sign_in, tell_session_cookie),
    signs_in("/api/v1/session/client", kOnApi, Op::kClientSignIn, ask_client_sign_in, tell_session),
    proven(kDelete, "/api/v1/session", Op::kSignOut, ask_plain<wire::SignOut>, tell_signed_out),
    proven(kPost, "/api/v1/session/lanes", Op::kOpenLane, ask_plain<wire::OpenLane>, tell_lane),
    audited("/api/v1/ledger/checkpoint", ask_checkpoint, tell_checkpoint),
    hands_in("/api/v1/ledger/anchor", Op::kAddAnchor, ask_anchor, tell_anchor),
    audited("/api/v1/ledger/opening/{index}", ask_opening, tell_opening, Op::kReadOpening),
    audited("/api/v1/ledger/tile/entries/{rest}", ask_entries, tell_ledger_bytes),
    audited("/api/v1/ledger/tile/{rest}", ask_tile, tell_ledger_bytes),
    shown("/", Local::kPage),
    shown("/style.css", Local::kStyle),
    shown("/icon.svg", Local::kIcon),
    shown("/assets/{rest}", Local::kAsset, kOnDesk),
    shown("/healthz", Local::kHealth),
    shown("/metrics", Local::kMetrics),
};

constexpr bool is_sane(const Route& route) {
  const bool asks = route.ask != nullptr && route.tell != nullptr && route.op != Op{};
  const bool answers_here = route.local != Local::kNone;
  const bool body_fits =
      route.body == BodyRule::kNone || route.method == kPost || route.method == kPatch;
  return asks != answers_here && body_fits && route.pattern.starts_with('/') &&
         (!answers_here || route.needs == Needs::kNothing);
}
static_assert(kRoutes.size() <= kRoutesMax);
static_assert(std::all_of(kRoutes.begin(), kRoutes.end(), is_sane));

// What stands in the path where the pattern has its variable; the empty text when there is none.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const auto open = pattern.find('{');
  if (open == std::string_view::npos) {
    if (pattern == path) return std::string_view();
    return std::nullopt;
  }
  if (!path.starts_with(pattern.substr(0, open))) return std::nullopt;
  const auto close = pattern.find('}', open);
  const auto tail = pattern.substr(close + 1);
  const auto rest = path.substr(open);
  if (rest.size() <= tail.size() || !rest.ends_with(tail)) return std::nullopt;
  const auto value = rest.substr(0, rest.size() - tail.size());
  const bool may_hold_slashes = pattern.substr(open, close + 1 - open) == "{rest}";
  if (!may_hold_slashes && value.find('/') != std::string_view::npos) return std::nullopt;
  return value;
}

}  // namespace

std::span<const Route> all_routes() { return kRoutes; }

Found find_route(Face face, Method method, std::string_view path) {
  Found found;
  for (const auto& route : kRoutes) {
    if ((route.faces >> static_cast<unsigned>(face) & 1u) == 0) continue;
    const auto parameter = match(route.pattern, path);
    if (!parameter) continue;
    const bool head_as_get =
        method == Method::kHead && route.method == kGet && route.local != Local::kNone;
    if (route.method == method || head_as_get) return {&route, *parameter, {}};
    if (found.allow.find(name_of(route.method)) != std::string::npos) continue;
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += name_of(route.method);
  }
  return found;
}

}  // namespace bulkhead::front
