#include "mail/sniff.h"

#include <gtest/gtest.h>

namespace bulkhead::mail {
namespace {

using namespace std::string_view_literals;

TEST(Sniff, KnownBeginnings) {
  EXPECT_EQ(sniff_type("%PDF-1.7\n"), "application/pdf");
  EXPECT_EQ(sniff_type("\x89PNG\r\n\x1a\n...."), "image/png");
  EXPECT_EQ(sniff_type("\xff\xd8\xff\xe0"), "image/jpeg");
  EXPECT_EQ(sniff_type("RIFF\1\0\0\0WEBPVP8 "sv), "image/webp");
  EXPECT_EQ(sniff_type("PK\x03\x04\x14\0"sv), "application/zip");
  EXPECT_EQ(sniff_type("MZ\x90\0\x03"sv), "application/vnd.microsoft.portable-executable");
  EXPECT_EQ(sniff_type("#!/bin/sh\n"), "text/x-script");
}

TEST(Sniff, MarkupIsNamedWhateverItPretends) {
  EXPECT_EQ(sniff_type("  <!DOCTYPE HTML><html>"), "text/html");
  EXPECT_EQ(sniff_type("hello <SCRIPT>x</SCRIPT>"), "text/html");
  EXPECT_EQ(sniff_type("<?xml version='1.0'?><svg onload='x'/>"), "image/svg+xml");
}

TEST(Sniff, TextAndNothing) {
  EXPECT_EQ(sniff_type("MZ is how this letter begins"), "text/plain");
  EXPECT_EQ(sniff_type("BM too"), "text/plain");
  EXPECT_EQ(sniff_type("caf\xc3"), "text/plain");  // cut off within a character
  EXPECT_EQ(sniff_type(""), "application/octet-stream");
  EXPECT_EQ(sniff_type("a\0b"sv), "application/octet-stream");
}

}  // namespace
}  // namespace bulkhead::mail
