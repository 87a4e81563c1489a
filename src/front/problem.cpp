#include "front/problem.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "front/json_writer.h"

namespace bulkhead::front {
namespace {

// In the order of Reason.
constexpr std::array<Problem, word_count<Reason>()> kByReason{{
    {"none", 503, "No answer",
     "The keeper gave no reason. Try again; if it lasts, tell your administrator."},
    {"no-session", 401, "Not signed in", "Sign in, then try again."},
    {"bad-proof", 401, "The proof does not fit this request",
     "Make a new proof with the next counter of your lane. If it happens again, sign in anew."},
    {"network-changed", 401, "Your network changed",
     "The session was bound to another network. Sign in again."},
    {"role", 403, "Not part of your role", "Ask a lead or an administrator who may do this."},
    {"purpose", 403, "This purpose does not allow it",
     "Choose the purpose that fits the case. If none fits, ask a lead."},
    {"no-grant", 403, "No grant covers this",
     "Open the customer's case, or have it assigned to you, and try again."},
    {"field", 403, "This field is not open to you here",
     "Ask for less, or have the customer prove the contact first."},
    {"budget", 429, "Your budget is used up",
     "Wait until it refills, or ask a lead for an approval. GET /api/v1/me shows what is left."},
    {"house-budget", 429, "The house's budget is used up",
     "Everybody together has opened more than usual. Serve proven contacts first and tell a lead."},
    {"not-there", 404, "Nothing here",
     "Check the number, or look the customer up again in this session."},
    {"bad-credentials", 401, "Sign-in did not work",
     "Check name, password and the current code, then try again."},
    {"back-off", 429, "Too many tries", "Wait as long as Retry-After says, then try again."},
    {"expired", 401, "The session ended", "It was idle or open for too long. Sign in again."},
    {"signed-out", 401, "Signed out", "Sign in again to go on."},
    {"restart", 401, "Bulkhead was restarted", "A restart ends all sessions. Sign in again."},
    {"ledger", 503, "The ledger does not take this now",
     "Nothing is shown that cannot be recorded, nor before a second administrator confirmed a "
     "ledger that was adopted. Try again shortly; if it lasts, tell your administrator."},
    {"malformed", 400, "The request is malformed", "Compare it with docs/openapi.yaml."},
    {"too-many", 429, "Too many at once",
     "Close what you no longer need, or wait as long as Retry-After says: a session may open, "
     "assign "
     "and close cases and write messages 60 times a minute, a program may sign in 60 times."},
    {"revoked", 401, "Access was revoked",
     "Ask an administrator why, and for a new one if you need it."},
    {"compartment-locked", 423, "This compartment is locked",
     "It was locked to contain an incident. Ask the privacy officer when it opens."},
    {"state", 409, "Not possible in this state",
     "Read the case again; somebody may have changed or closed it."},
    {"space", 503, "The disk is full",
     "Nothing is shown or added until there is room; accounts can still be closed. Tell your "
     "administrator."},
}};

constexpr std::array<Problem, 5> kByFront{{
    {"not-found", 404, "Nothing here", "Check the address. docs/openapi.yaml lists what answers."},
    {"method", 405, "This address does not take that method",
     "Use a method that the Allow field names."},
    {"media-type", 415, "The body must be JSON", "Send it with Content-Type: application/json."},
    {"host", 421, "This name is not served here",
     "Use the name and port that `bulkhead status` prints."},
    {"busy", 503, "Too much at once", "Try again in a second."},
}};

constexpr std::array<Problem, 6> kByReader{{
    {"malformed", 400, "The request is malformed",
     "Send one plain HTTP/1.1 request with one Host field."},
    {"header-too-large", 431, "The header is too large",
     "Keep request line and fields below 16 KiB and 64 fields."},
    {"body-too-large", 413, "The body is too large", "Keep bodies below 128 KiB."},
    {"target-too-long", 414, "The address is too long", "Keep path and query below 2 KiB."},
    {"length", 411, "The body's length is missing",
     "Send Content-Length instead of Transfer-Encoding."},
    {"expectation", 417, "Expectations are not met here",
     "Send the body without the Expect field."},
}};

}  // namespace

const Problem& problem_of(Reason reason) { return kByReason[static_cast<std::size_t>(reason)]; }
const Problem& problem_of(FrontRefusal refusal) {
  return kByFront[static_cast<std::size_t>(refusal)];
}
const Problem& problem_of(ReadRefusal refusal) {
  return kByReader[static_cast<std::size_t>(refusal)];
}

void write_problem(const Problem& problem, Response& to, std::string_view detail,
                   std::uint32_t retry_after_s) {
  to.clear();
  to.status = problem.status;
  to.content_type = "application/problem+json";
  // RFC 9110 section 11.6.1: a 401 names how one may be believed here.
  if (problem.status == 401) to.extra_fields += "WWW-Authenticate: Bulkhead\r\n";
  if (retry_after_s > 0)
    fmt::format_to(std::back_inserter(to.extra_fields), "Retry-After: {}\r\n", retry_after_s);
  to.body = "{\"type\":\"urn:bulkhead:reason:";
  to.body += problem.name;
  to.body += '"';
  JsonWriter json(to.body);
  to.body += ',';
  json.key("title").text(problem.title);
  json.key("status").number(static_cast<std::uint64_t>(problem.status));
  json.key("detail").text(detail.empty() ? problem.detail : detail);
  if (retry_after_s > 0) json.key("retry_after_s").number(retry_after_s);
  json.close_object();
}

}  // namespace bulkhead::front
