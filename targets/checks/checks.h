/* Checks that run on any machine, without C library and heap. They print with out_char, which the machine provides. */
#ifndef CHECKS_H
#define CHECKS_H

#include "sqrtspace.h"

typedef struct { const char *name; void (*run)(void); } check;

extern const check all_checks[]; /* the last one has no name */
extern unsigned checked, failures;

void out_char(char c); /* of the machine */
void print_text(const char *text);
void print_number(uint64_t n);
void print_hex(uint32_t n);
void run_check(const check *c);
void check_that(int good, const char *what, const char *file, int line);
void check_status(sqs_status got, sqs_status want, const char *what, const char *file, int line);

#define CHECK(cond) check_that((cond) != 0, #cond, __FILE__, __LINE__)
#define CHECK_STATUS(call, want) check_status((call), (want), #call, __FILE__, __LINE__)

/* As in string.h; the machine provides them. */
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* The control area, and an area for everything else. One check at a time uses them. */
enum { CONTROL_BYTES = 128 * 1024, AREA_BYTES = 16 * 1024 * 1024 };
typedef union { uint64_t align[8]; unsigned char bytes[CONTROL_BYTES]; } control_area;
typedef union { uint64_t align[8]; unsigned char bytes[AREA_BYTES]; } work_area;
extern control_area control, second_control;
extern work_area area;

/* Pseudo-random numbers, the same on every machine. */
typedef struct { uint64_t s; } dice;
uint32_t roll(dice *d);
/* Sample i of a tone with a period of 16 samples and varying amplitude, plus noise; magnitude below 7300. */
int32_t tone(size_t i, dice *d);

sqs_config config_of(uint64_t window, uint64_t hop, uint32_t dtype);
/* where: NULL for the host's heap. */
sqs_pipeline *pipeline_in(control_area *where, const sqs_config *config);
sqs_stage_desc stage_of(const char *name, const sqs_edge_desc *edges, uint32_t count, uint32_t dtype, uint32_t len);
uint32_t builtin(sqs_pipeline *p, const char *kind, const char *name, const sqs_edge_desc *edges, uint32_t count,
                 const sqs_param *params, uint32_t param_count);
sqs_request all_of(uint32_t stage);
sqs_plan_info plan_of(sqs_pipeline *p, const sqs_request *ask, uint32_t count);
sqs_stats stats_of(sqs_pipeline *p);
uint32_t crc32c(const unsigned char *x, size_t n);

extern const sqs_edge_desc FROM_INPUT;

void check_engine(void);
void check_streaming(void);
void check_tables(void);
void check_reverse(void);
void check_codec(void);
void check_saved(void);
void check_repair(void);
void check_features(void);
void check_spectra(void);

#endif
