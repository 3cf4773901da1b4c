/**
 * @file
 * Files in memory for unit tests: handlers of the stubs of OSAL. A forced return code of a stub stays in force.
 */

#ifndef UT_FILES_H
#define UT_FILES_H

#include "cfe.h"
#include "utassert.h"
#include "utstubs.h"

#define UT_FILE_BYTES 300000

/** Empties all files and sets the handlers. */
void UT_FilesReset(void);

/** Sets the content of a file. */
void UT_FileSet(const char *Name, const void *Data, size_t Bytes);

/** Returns the content of a file, or NULL. */
const uint8 *UT_FileGet(const char *Name, size_t *Bytes);

/** Limits the bytes of one write; 0: no limit. */
void UT_FilesLimitWrites(size_t Bytes);

/** Number of open files. */
uint32 UT_FilesOpen(void);

/** A return code of a wrapped function of the library at its Nth call from now (1: the next), for UT_SqsFail(). */
#define UT_SqsFail(Function, Nth, Code) UT_SetDeferredRetcode(UT_KEY(Function), Nth, Code)

#endif
