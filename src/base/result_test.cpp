#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace bulkhead {
namespace {

Result<std::unique_ptr<int>> half(int number) {
  if (number % 2 != 0) return fail(ErrorCode::kRefused, "odd");
  return std::make_unique<int>(number / 2);
}

Status must_be_even(int number) {
  TRY(half(number));
  return {};
}

Result<int> quarter(int number) {
  TRY_STATUS(must_be_even(number));
  const auto halved = TRY(half(number));  // Move-only values pass through.
  return *TRY(half(*halved));
}

TEST(Result, TryYieldsTheValueOrReturnsTheError) {
  EXPECT_EQ(quarter(12), 3);
  for (const int number : {7, 6}) {
    const auto result = quarter(number);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::kRefused);
    EXPECT_EQ(std::string(result.error().context), "odd");
  }
}

TEST(Result, EveryCodeHasAName) {
  for (unsigned code = 0; code <= static_cast<unsigned>(ErrorCode::kCrypto); ++code) {
    EXPECT_NE(to_string(static_cast<ErrorCode>(code)), "unknown");
  }
}

}  // namespace
}  // namespace bulkhead
