#include "keeper/canaries.h"

#include <algorithm>

namespace bulkhead {
namespace {
constexpr Error kNoCanary{ErrorCode::kMalformed, "an entry about a canary that is none"};
}

Status Canaries::apply(const Entry& entry, const CanaryDetail& detail, CustomerNumber customer) {
  const auto at = by_customer_.find(customer.value);
  switch (detail.step) {
    case CanaryStep::kAdded:
      if (!customer || at != by_customer_.end()) return std::unexpected(kNoCanary);
      last_ = std::max(last_, detail.canary);
      by_customer_[customer.value] = {detail.canary, 0, entry.principal, entry.wall_ms};
      return {};
    case CanaryStep::kRemoved:
      if (at == by_customer_.end()) return std::unexpected(kNoCanary);
      by_customer_.erase(at);
      return {};
    case CanaryStep::kTouched:
      if (at == by_customer_.end()) return std::unexpected(kNoCanary);
      ++at->second.touches;
      contained_[detail.principal] = {detail.canary, detail.cause};
      return {};
    case CanaryStep::kReleased:
      if (contained_.erase(detail.principal) == 0) return std::unexpected(kNoCanary);
      return {};
  }
  return std::unexpected(kNoCanary);
}

const Canary* Canaries::find(CustomerNumber customer) const {
  const auto at = by_customer_.find(customer.value);
  return at == by_customer_.end() ? nullptr : &at->second;
}

std::optional<CustomerNumber> Canaries::customer_of(std::uint32_t number) const {
  const auto at = std::ranges::find_if(
      by_customer_, [&](const auto& one) { return one.second.number == number; });
  if (at == by_customer_.end()) return std::nullopt;
  return CustomerNumber(at->first);
}

}  // namespace bulkhead
