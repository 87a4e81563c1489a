#include "front/credentials.h"

#include <gtest/gtest.h>

#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace bulkhead::front {
namespace {

const std::string kSessionText = to_base64url(Bytes(16, 7));
const std::string kMacText = to_base64url(Bytes(32, 9));

Request request_with(const std::string& authorization, const std::string& cookie,
                     const std::string& proof) {
  Request request;
  request.target = "/api/v1/me?a=b";
  request.authorization = authorization;
  request.cookie = cookie;
  request.proof = proof;
  request.peer[15] = 3;
  return request;
}

TEST(Credentials, ReadsSessionAndProof) {
  const auto request = request_with("Bulkhead " + kSessionText, "",
                                    "lane=7; counter=18446744073709551615; mac=" + kMacText);
  const auto proof = proof_of(request);
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->session.bytes[0], 7);
  EXPECT_EQ(proof->lane, 7);
  EXPECT_EQ(proof->counter, UINT64_MAX);
  EXPECT_EQ(proof->mac[31], 9);
  EXPECT_EQ(proof->network[15], 3);
}

TEST(Credentials, FindsTheCookieAmongOthers) {
  const auto proof = "lane=0; counter=1; mac=" + kMacText;
  for (const std::string& cookie : std::vector<std::string>{
           "__Host-bulkhead=" + kSessionText, "a=b; __Host-bulkhead=" + kSessionText + "; c=d",
           "x__Host-bulkhead=evil; __Host-bulkhead=" + kSessionText,
           "a=__Host-bulkhead; __Host-bulkhead=" + kSessionText}) {
    EXPECT_TRUE(proof_of(request_with("", cookie, proof))) << cookie;
  }
  EXPECT_TRUE(
      proof_of(request_with("Bulkhead " + kSessionText, "__Host-bulkhead=" + kSessionText, proof)));
}

TEST(Credentials, RefusesWhatIsMissingTwiceOrOtherwiseSpelled) {
  const auto proof = "lane=0; counter=1; mac=" + kMacText;
  const auto session = "Bulkhead " + kSessionText;
  EXPECT_EQ(proof_of(request_with("", "", proof)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(proof_of(request_with(session, "", "")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(proof_of(request_with("", "bulkhead=" + kSessionText, proof)).error().code,
            ErrorCode::kNotFound);
  const auto other = to_base64url(Bytes(16, 8));
  EXPECT_FALSE(proof_of(request_with(session, "__Host-bulkhead=" + other, proof)));
  EXPECT_FALSE(proof_of(
      request_with("", "__Host-bulkhead=" + kSessionText + "; __Host-bulkhead=" + other, proof)));
  for (const std::string& authorization :
       std::vector<std::string>{"bulkhead " + kSessionText, "Basic YTpi", "Bulkhead", "Bulkhead ",
                                "Bulkhead " + kSessionText + "=", "Bulkhead " + kSessionText + "A",
                                "Bulkhead  " + kSessionText, session + " "}) {
    EXPECT_FALSE(proof_of(request_with(authorization, "", proof))) << authorization;
  }
  for (const std::string& wrong : std::vector<std::string>{
           "lane=8; counter=1; mac=" + kMacText, "lane=0; counter=0; mac=" + kMacText,
           "lane=00; counter=1; mac=" + kMacText, "lane=0; counter=01; mac=" + kMacText,
           "lane=0; counter=-1; mac=" + kMacText,
           "lane=0; counter=18446744073709551616; mac=" + kMacText,
           "lane=0;counter=1;mac=" + kMacText, "lane=0; counter=1; mac=" + kMacText + "; x=1",
           "counter=1; lane=0; mac=" + kMacText, "lane=0; counter=1; mac=" + kMacText.substr(1),
           "lane=0; counter=1; mac=" + kMacText + "=", std::string("lane=0; counter=1"),
           "lane=0; counter=1 ; mac=" + kMacText, "LANE=0; counter=1; mac=" + kMacText}) {
    EXPECT_FALSE(proof_of(request_with(session, "", wrong))) << wrong;
  }
}

TEST(Credentials, TokensAreThirtyTwoBytes) {
  EXPECT_TRUE(auditor_token_of(request_with("Bearer " + kMacText, "", "")));
  EXPECT_EQ(auditor_token_of(request_with("", "", "")).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(auditor_token_of(request_with("Bearer " + kSessionText, "", "")));
  EXPECT_FALSE(auditor_token_of(request_with(kMacText, "", "")));
}

}  // namespace
}  // namespace bulkhead::front
