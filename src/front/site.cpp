#include "front/site.h"

#include <algorithm>

#include "front/credentials.h"
#include "front/page.h"
#include "front/problem.h"
#include "wire/front_messages.h"

namespace bulkhead::front {
namespace {

// application/json, whatever parameters follow (RFC 9110 section 8.3).
bool is_json(std::string_view content_type) {
  static constexpr std::string_view kJson = "application/json";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  const auto type = content_type.substr(0, content_type.find(';'));
  const auto end = type.find_last_not_of(' ');
  const auto trimmed = end == std::string_view::npos ? std::string_view() : type.substr(0, end + 1);
  return std::equal(trimmed.begin(), trimmed.end(), kJson.begin(), kJson.end(), same);
}

bool is_loopback(const wire::NetworkAddress& address) {
  static constexpr wire::NetworkAddress kSix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr std::array<std::uint8_t, 13> kFour{0, 0, 0, 0,    0,    0,  0,
                                                      0, 0, 0, 0xff, 0xff, 127};
  return address == kSix || std::equal(kFour.begin(), kFour.end(), address.begin());
}

const Problem& problem_for(const Error& error, bool about_credentials) {
  if (error.code != ErrorCode::kNotFound) return problem_of(Reason::kMalformed);
  return about_credentials ? problem_of(Reason::kNoSession) : problem_of(FrontRefusal::kNotFound);
}

}  // namespace

Site::Plan Site::plan(const Request& request, const Metrics& metrics, Metrics::Gauges gauges,
                      Bytes& message, Response& response) const {
  // A page of somebody else's name that was made to resolve to us (DNS rebinding) shows itself
  // here.
  if (std::find(options_.hosts.begin(), options_.hosts.end(), request.host) ==
      options_.hosts.end()) {
    write_problem(problem_of(FrontRefusal::kHost), response);
    return {.route = nullptr, .asks = false, .turned_away = TurnedAway::kHost};
  }
  const auto found = find_route(options_.face, request.method, request.path());
  if (found.route == nullptr) {
    const bool elsewhere = !found.allow.empty();
    write_problem(problem_of(elsewhere ? FrontRefusal::kMethod : FrontRefusal::kNotFound),
                  response);
    if (elsewhere) response.extra_fields += "Allow: " + found.allow + "\r\n";
    return {};
  }
  const auto& route = *found.route;
  Plan plan;
  plan.route = &route;
  if (request.target.find('?') != std::string::npos && !route.takes_query &&
      route.local == Local::kNone) {
    write_problem(problem_of(Reason::kMalformed), response, "This address takes no query.");
    return plan;
  }
  if (route.body == BodyRule::kNone && !request.body.empty()) {
    write_problem(problem_of(Reason::kMalformed), response, "This request takes no body.");
    return plan;
  }
  if (route.body == BodyRule::kJson && !is_json(request.content_type)) {
    write_problem(problem_of(FrontRefusal::kMediaType), response);
    return plan;
  }
  if (route.local != Local::kNone) {
    show(route.local, request, metrics, gauges, response);
    return plan;
  }

  wire::Proof proof;
  if (route.needs == Needs::kProof) {
    auto claimed = proof_of(request);
    if (!claimed) {
      write_problem(problem_for(claimed.error(), true), response, claimed.error().context);
      return plan;
    }
    proof = *claimed;
  }
  if (const auto asked = route.ask({request, found.parameter, proof}, message); !asked) {
    const bool about_credentials =
        route.needs == Needs::kAuditorToken && request.authorization.empty();
    write_problem(problem_for(asked.error(), about_credentials), response, asked.error().context);
    return plan;
  }
  plan.asks = true;
  return plan;
}

Result<Reason> Site::tell(const Route& route, ByteView answer, Response& response) const {
  if (answer.empty() || answer[0] >= word_count<Reason>()) {
    return fail(ErrorCode::kMalformed, "the keeper's answer has no reason");
  }
  const auto reason = static_cast<Reason>(answer[0]);
  if (reason == Reason::kNone) {
    TRY_STATUS(route.tell(answer.subspan(1), response));
    return reason;
  }
  const auto refusal = TRY(wire::decode<wire::Refusal>(answer.subspan(1)));
  write_problem(problem_of(reason), response, {}, refusal.retry_after_s);
  return reason;
}

void Site::show(Local what, const Request& request, const Metrics& metrics, Metrics::Gauges gauges,
                Response& response) const {
  switch (what) {
    case Local::kPage:
      if (options_.pages) return options_.pages->show_entry(options_.demo, response);
      write_page(language_of(request.accept_language),
                 {options_.face, options_.origin, options_.demo}, response);
      break;
    case Local::kStyle:
      write_style(response);
      break;
    case Local::kIcon:
      write_icon(response);
      break;
    case Local::kAsset:
      if (!options_.pages || !options_.pages->show(request, response))
        write_problem(problem_of(FrontRefusal::kNotFound), response);
      break;
    case Local::kHealth:
      response.body = R"({"status":"ok"})";
      break;
    case Local::kMetrics:
      if (!is_loopback(request.peer))
        return write_problem(problem_of(FrontRefusal::kNotFound), response);
      response.content_type = "text/plain; version=0.0.4; charset=utf-8";
      metrics.write(gauges, response.body);
      break;
    case Local::kNone:
      break;
  }
}

}  // namespace bulkhead::front
