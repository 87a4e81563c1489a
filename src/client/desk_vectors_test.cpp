// What a browser and this library must do alike, as files that both are held against:
// tests/vectors/desk (the browser's side is web/src/api/proof.test.ts and
// web/src/desk/fields.test.ts).
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "base/catalogue.h"
#include "client/session.h"
#include "crypto/encoding.h"
#include "crypto/secret_access.h"

namespace bulkhead::client {
namespace {

boost::json::value vector_file(const std::string& name) {
  std::ifstream file(BULKHEAD_SOURCE_DIR "/tests/vectors/desk/" + name);
  return boost::json::parse(std::string((std::istreambuf_iterator<char>(file)), {}));
}
std::string text_in(const boost::json::object& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

TEST(DeskVectors, SessionKeyAndProofsAreTheBrowsers) {
  const auto file = vector_file("proof.json");
  const auto& facts = file.as_object();
  BrowserState state;
  const auto session = *from_base64url(text_in(facts, "session"));
  std::copy(session.begin(), session.end(), state.session.bytes.begin());
  const auto scalar = text_in(facts.at("browser_private_jwk").as_object(), "d");
  const auto browser = *EcdhKey::from_private(SecretBytes(*from_base64url(scalar)));
  const auto agreed = *browser.agree(*from_base64url(text_in(facts, "keeper_public_key")));
  state.key = *staff_key(agreed, state.session);
  const auto access = SecretAccessForCrypto::show();
  EXPECT_EQ(to_base64url(agreed.read(access)), text_in(facts, "agreed_secret"));
  EXPECT_EQ(to_base64url(state.key.read(access)), text_in(facts, "key"));
  int checked = 0;
  for (const auto& one : facts.at("requests").as_array()) {
    const auto& request = one.as_object();
    auto target = text_in(request, "path");
    if (const auto query = text_in(request, "query"); !query.empty()) target += "?" + query;
    state.lane = request.at("lane").to_number<std::uint8_t>();
    state.counter = request.at("counter").to_number<std::uint64_t>() - 1;
    EXPECT_EQ(next_proof(state, text_in(request, "method"), target, text_in(request, "body")),
              text_in(request, "proof"));
    ++checked;
  }
  EXPECT_EQ(checked, 5);
}

TEST(DeskVectors, FieldsAndClassesAreTheBrowsers) {
  static constexpr std::array<std::string_view, 3> kClasses{"basic", "personal", "high"};
  const auto file = vector_file("fields.json");
  const auto& rows = file.as_array();
  ASSERT_EQ(rows.size(), kFields.size());
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const auto& row = rows[i].as_object();
    EXPECT_EQ(text_in(row, "field"), kFields[i].name);
    EXPECT_EQ(text_in(row, "class"), kClasses[static_cast<std::size_t>(kFields[i].field_class)]);
  }
}

}  // namespace
}  // namespace bulkhead::client
