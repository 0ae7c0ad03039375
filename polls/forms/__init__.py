"""Forms of polls, quizzes and community polls."""
