# Installs into the build folder, copies the example away from the sources, builds it with find_package alone, runs it.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(work ${BUILD_DIR}/package)
file(REMOVE_RECURSE ${work})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${work}/root --component development)
file(COPY ${EXAMPLE_DIR}/ DESTINATION ${work}/embed-cpp)

file(GLOB_RECURSE strays RELATIVE ${work}/root/include ${work}/root/include/*)
list(FILTER strays EXCLUDE REGEX "^loanbook/.*\\.hpp$")
if(strays)
  message(FATAL_ERROR "installed beside the public headers: ${strays}")
endif()

run(${CMAKE_COMMAND} -S ${work}/embed-cpp -B ${work}/build -G ${GENERATOR} -DCMAKE_CXX_COMPILER=${COMPILER}
  -DCMAKE_CXX_FLAGS=${FLAGS} -DCMAKE_PREFIX_PATH=${work}/root)
run(${CMAKE_COMMAND} --build ${work}/build)
run(${work}/build/embed)
message("${output}")
if(NOT output MATCHES "24 months")
  message(FATAL_ERROR "the example did not play its 24 months")
endif()
