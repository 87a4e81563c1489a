// Contact and payment data that reach nobody: phones from ranges that regulators keep for fiction,
// e-mail domains of RFC 2606, IBANs of banks that do not exist. Owned by records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "records/demo_random.h"

namespace bulkhead {

// E.164. Numbers of a country without such a range are French or British ones. The same serial
// gives the same number; neighbours get different ones until the range is used up.
std::string demo_phone(std::string_view country, std::uint64_t serial);

// An IBAN (ISO 13616) with right check digits whose bank code belongs to no bank; empty where the
// country has none here.
std::string demo_iban(std::string_view country, DemoRandom& random);

// `local`@example.com, .net or .org.
std::string demo_email(std::string_view local, DemoRandom& random);

}  // namespace bulkhead
