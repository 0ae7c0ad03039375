"""Pages of polls, quizzes, the library and statistics."""
