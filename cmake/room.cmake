# A room is a static library with an include root of its own: <build>/include/<room>/loanbook/<dir> is a link to its folder, so code
# says #include "loanbook/ledger/book.hpp" everywhere and sees only the roots of the rooms its target links.

function(loanbook_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers
    $<$<BOOL:${LOANBOOK_WERROR}>:-Werror>)
  target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
endfunction()

# What nearly every file includes is parsed once a target; each file still names all it uses.
function(loanbook_precompile target)
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <charconv> <chrono> <cstdint> <functional> <map> <memory> <optional>
    <set> <span> <string> <string_view> <tuple> <unordered_map> <utility> <variant> <vector> <date/date.h> ${ARGN})
  # GCC 12 no longer knows precompiled ones for system headers, and warns of its own string's buffers.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread>)
endfunction()

# loanbook_room(name [DIR folder] [PUBLIC libs...] [PRIVATE libs...])
function(loanbook_room name)
  cmake_parse_arguments(ROOM "" "DIR" "PUBLIC;PRIVATE" ${ARGN})
  if(NOT ROOM_DIR)
    set(ROOM_DIR ${name})
  endif()
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  cmake_path(GET ROOM_DIR PARENT_PATH parent)
  file(MAKE_DIRECTORY ${root}/loanbook/${parent})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${ROOM_DIR} ${root}/loanbook/${ROOM_DIR} SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${ROOM_DIR}/*.cpp ${CMAKE_SOURCE_DIR}/${ROOM_DIR}/*/*.cpp)
  add_library(loanbook_${name} STATIC ${sources})
  add_library(loanbook::${name} ALIAS loanbook_${name})
  set_target_properties(loanbook_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_include_directories(loanbook_${name} PUBLIC $<BUILD_INTERFACE:${root}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(loanbook_${name} PUBLIC ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
  loanbook_warnings(loanbook_${name})
  set_property(GLOBAL APPEND PROPERTY loanbook_rooms loanbook_${name})
endfunction()

# loanbook_interface_room(name public-lib headers...): only the named headers are in its root.
function(loanbook_interface_room name link)
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root}/loanbook/${name})
  foreach(header ${ARGN})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/${name}/${header} ${root}/loanbook/${name}/${header} SYMBOLIC)
  endforeach()
  add_library(loanbook_${name} INTERFACE)
  add_library(loanbook::${name} ALIAS loanbook_${name})
  set_target_properties(loanbook_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(loanbook_${name} INTERFACE $<BUILD_INTERFACE:${root}> $<INSTALL_INTERFACE:include>)
  target_link_libraries(loanbook_${name} INTERFACE ${link})
  set_property(GLOBAL APPEND PROPERTY loanbook_rooms loanbook_${name})
endfunction()
