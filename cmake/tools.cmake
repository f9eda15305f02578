# Helpers that speed a build up where they are installed; nothing depends on them.
find_program(LOANBOOK_CCACHE ccache)
if(LOANBOOK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LOANBOOK_CCACHE})
endif()
find_program(LOANBOOK_MOLD mold)
if(LOANBOOK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
