# Puts text files into a room's library, so that an installed program needs no path to find them.
#
# embed_texts(ROOM FILE...) makes of data/airline/legs.csv the constant bulkhead::embedded::data_airline_legs_csv; the room
# declares what it uses in a header of its own.

function(embed_texts room)
  foreach(file IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER ${file} name)
    file(READ ${CMAKE_SOURCE_DIR}/${file} text)
    set(source ${CMAKE_BINARY_DIR}/embedded/${name}.cpp)
    file(CONFIGURE OUTPUT ${source} @ONLY NEWLINE_STYLE UNIX CONTENT
"#include <string_view>
namespace bulkhead::embedded {
extern const std::string_view @name@;
constexpr char k_@name@[] = R\"embedded(@text@)embedded\";
const std::string_view @name@(k_@name@, sizeof k_@name@ - 1);
}  // namespace bulkhead::embedded
")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${file})
    target_sources(room_${room} PRIVATE ${source})
  endforeach()
endfunction()
