// toml++ as the sources that read people's TOML files compile it: as a header, which returns its
// errors, while the library that Debian builds throws. A file must never end the process, whatever
// is in it. Owned by records.
#pragma once

#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
// toml++ 3.3 asserts that the name of a table begins like one, which "[{" does not, one step before
// it returns an error for that.
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>
