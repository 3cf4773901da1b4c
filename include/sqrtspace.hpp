/**
 * @file sqrtspace.hpp
 * The C API of sqrtspace.h for C++17 and later: handles that move and clean up, spans, statuses that must be checked.
 * MIT license; see LICENSE.
 *
 * Header only. It throws nothing, needs neither exceptions nor RTTI, and allocates nothing: a handle is a pointer into
 * memory that the caller gives. Names are those of the C functions, whose descriptions in sqrtspace.h apply:
 * sqs_output_open(p, ...) is p.output_open(...). Kinds (sqs_kind_hann()) and constants (SQS_...) are used as they are.
 *
 * Callables (stages, sources, sinks) are objects with operator(), lambdas included. A callable that a call keeps is taken
 * as an lvalue and must outlive the pipeline; it must not move. Callables return void, or a code as in C. A callable that
 * throws ends the program, because nothing may unwind into the library.
 *
 * docs/guide/integrating.md has an introduction, cpp-examples/ complete programs.
 */

#ifndef SQRTSPACE_HPP
#define SQRTSPACE_HPP

#include "sqrtspace/basics.hpp"
#include "sqrtspace/codec.hpp"
#include "sqrtspace/packets.hpp"
#include "sqrtspace/pipeline.hpp"

#endif /* SQRTSPACE_HPP */
