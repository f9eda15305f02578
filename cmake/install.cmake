# The package: find_package(loanbook) gives loanbook::money, loanbook::schedule, loanbook::ledger, loanbook::storage_rocksdb, ...
# Headers are installed as they are spelled: <prefix>/include/loanbook/money/money.hpp.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(LOANBOOK_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/loanbook)
set(loanbook_packaged money schedule storage storage_memory storage_rocksdb ledger interchange)

foreach(room ${loanbook_packaged})
  install(TARGETS loanbook_${room} EXPORT loanbook
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  string(REPLACE "storage_" "storage/" folder ${room})
  if(room MATCHES "^storage_")
    set(public *_store.hpp)  # the other headers of an implementation are its own
  else()
    set(public *.hpp)
  endif()
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/${folder}/${public})
  if(room STREQUAL "ledger")
    file(GLOB nested CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/ledger/*/*.hpp)
    list(APPEND headers ${nested})
  endif()
  foreach(header ${headers})
    file(STRINGS ${CMAKE_SOURCE_DIR}/${header} private REGEX "Private to ")
    if(NOT private)
      cmake_path(GET header PARENT_PATH parent)
      install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/loanbook/${parent} COMPONENT development)
    endif()
  endforeach()
endforeach()

install(EXPORT loanbook NAMESPACE loanbook:: FILE loanbookTargets.cmake DESTINATION ${LOANBOOK_CMAKE_DIR} COMPONENT development)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/loanbookConfig.cmake.in ${CMAKE_BINARY_DIR}/loanbookConfig.cmake
  INSTALL_DESTINATION ${LOANBOOK_CMAKE_DIR})
# Before 1.0 a minor release may change the interface.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/loanbookConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/loanbookConfig.cmake ${CMAKE_BINARY_DIR}/loanbookConfigVersion.cmake
  DESTINATION ${LOANBOOK_CMAKE_DIR} COMPONENT development)
if(TARGET loanbook)
  install(TARGETS loanbook RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
endif()
